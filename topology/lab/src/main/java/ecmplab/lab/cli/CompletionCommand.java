package ecmplab.lab.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** A completion script. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = "A completion script: source <(lab completion bash)")
final class CompletionCommand implements Callable<Integer> {
    /** Shells. */
    enum Shell {
        bash,
        zsh
    }

    @Parameters(paramLabel = "bash|zsh")
    private Shell shell = Shell.bash;

    @Override
    public Integer call() {
        if (shell == Shell.zsh) {
            System.out.println("autoload -U +X bashcompinit && bashcompinit");
        }
        System.out.println(AutoComplete.bash("lab", Main.commandLine()));
        return Exit.FINE;
    }
}
