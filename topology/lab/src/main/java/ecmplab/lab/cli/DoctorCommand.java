package ecmplab.lab.cli;

import ecmplab.lab.control.Json;
import ecmplab.lab.control.TextTable;
import ecmplab.lab.supervisor.StateDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What this machine has, and what to install. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = "What this machine has of what labs need, and the packages of what it lacks.")
final class DoctorCommand implements Callable<Integer> {
    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    private record Finding(String what, boolean there, String wanted, String remedy) {}

    @Override
    public Integer call() throws IOException {
        var findings = new ArrayList<Finding>();
        findings.add(new Finding("Java " + Runtime.version().feature(), true, "everything", ""));
        findings.add(new Finding("Linux " + System.getProperty("os.version"), true, "everything", ""));
        boolean namespaces = Machine.namespaces();
        findings.add(new Finding(
                StateDirectory.uid() == 0 ? "namespaces as root" : "namespaces as user " + StateDirectory.uid(),
                namespaces,
                "every lab",
                namespaces ? "" : Machine.noNamespaces()));
        boolean fine = namespaces;
        var lacking = new ArrayList<Machine.Program>();
        for (var program : Machine.PROGRAMS) {
            boolean there = program.there();
            fine &= there || !program.required();
            if (!there) {
                lacking.add(program);
            }
            findings.add(new Finding(
                    program.name(), there, program.wanted(), there ? "" : Machine.installLine(List.of(program))));
        }
        if (json) {
            System.out.print(Json.pretty(findings));
        } else {
            System.out.print(TextTable.render(
                    List.of("", "there", "wanted for"),
                    findings.stream()
                            .map(finding -> List.of(finding.what(), finding.there() ? "yes" : "no", finding.wanted()))
                            .toList()));
            if (!namespaces) {
                System.out.println(Machine.noNamespaces());
            }
            if (!lacking.isEmpty()) {
                System.out.println(Machine.installLine(lacking));
            }
        }
        return fine ? Exit.FINE : Exit.NOT_POSSIBLE;
    }
}
