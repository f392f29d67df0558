package ecmplab.port.bpf;

/** Functions of the kernel that programs call (bpf-helpers(7)). */
public enum Function {
    /** {@code R1} map, {@code R2} key's address: the value's address or null. */
    MAP_LOOKUP(1),
    /** {@code R1} map, {@code R2} index, {@code R3} action when nothing is there: the program's action. */
    REDIRECT_MAP(51);

    private final int number;

    Function(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
