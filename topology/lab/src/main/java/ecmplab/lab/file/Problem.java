package ecmplab.lab.file;

/** Something wrong in a lab file, and where; lines and columns count from 1. */
public record Problem(String file, int line, int column, String message) {
    @Override
    public String toString() {
        return file + ":" + line + ":" + column + ": " + message;
    }
}
