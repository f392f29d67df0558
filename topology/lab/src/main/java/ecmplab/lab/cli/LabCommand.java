package ecmplab.lab.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code lab} command: the words of containerlab for labs, those of vtysh for what is in them. */
@Command(
        name = "lab",
        mixinStandardHelpOptions = true,
        version = "ECMP Lab 0.1.0",
        description = "A cloud load balancer that people can hold in one hand and break on purpose.",
        subcommands = {
            DemoCommand.class,
            DeployCommand.class,
            DestroyCommand.class,
            InspectCommand.class,
            ListCommand.class,
            ValidateCommand.class,
            ShowCommand.class,
            WatchCommand.class,
            AskCommand.class,
            WaitCommand.class,
            DrillCommand.class,
            FaultCommand.class,
            ImpairCommand.class,
            CaptureCommand.class,
            MetricsCommand.class,
            RestartCommand.class,
            ExecCommand.class,
            ShellCommand.class,
            LogsCommand.class,
            EventsCommand.class,
            BgpCommand.class,
            ClearCommand.class,
            DoctorCommand.class,
            CompletionCommand.class
        })
final class LabCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli fills it in before run
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "what? 'lab up reference' starts a lab");
    }
}
