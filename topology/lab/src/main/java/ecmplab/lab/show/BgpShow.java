package ecmplab.lab.show;

import ecmplab.bgp.speaker.Speaker;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.message.TableDump;

/** What every speaker can be asked: {@code show bgp ...}, {@code show bfd ...}, {@code wait ...} and {@code bgp monitor}. */
public final class BgpShow {
    private BgpShow() {}

    /** Adds the commands to a node's. */
    public static void add(CommandTree commands, Speaker speaker, EventFeed feed) {
        SummaryShow.add(commands, speaker);
        TableShow.add(commands, speaker);
        NeighborShow.add(commands, speaker);
        SettingsShow.add(commands, speaker);
        PolicyShow.add(commands, speaker);
        BfdShow.add(commands, speaker);
        WaitShow.add(commands, speaker, feed);
        MonitorShow.add(commands, speaker, feed);
        commands.on("bgp mrt", values -> TableDump.answer(speaker));
    }
}
