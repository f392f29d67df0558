package ecmplab.lab.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Declares {@link Show} for help and completion; {@link Main} answers it before this is loaded. */
@Command(
        name = "show",
        aliases = "sh",
        mixinStandardHelpOptions = true,
        description = {
            "Ask the nodes. Words may be shortened:",
            "bgp summary | bgp neighbors [ADDRESS [received-routes|routes|filtered-routes|advertised-routes]]",
            "bgp ipv4|ipv6 [PREFIX [longer-prefixes]] | bgp community|large-community|regexp WHAT",
            "bgp policy [NAME] | bgp peer-group [NAME] | bgp memory | bfd peers [brief]",
            "ip route [PREFIX] | ip ecmp [PREFIX] | ipv6 route|ecmp|neighbors | divergence",
            "vip [VIP] | flows | talkers | tables | vxlan | nat | probes | interfaces | drops | impairments | slb"
        })
final class ShowCommand implements Callable<Integer> {
    @Mixin
    private final ShowOptions show = new ShowOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        return new Show(System.out, System.err).run(show.arguments());
    }
}
