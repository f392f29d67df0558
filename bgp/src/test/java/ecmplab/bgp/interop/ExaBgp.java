package ecmplab.bgp.interop;

import ecmplab.bgp.wire.Prefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * ExaBGP has no routing table: a process that it starts says what it announces, and is told what it receives. Ours sends what is in a
 * file, then what comes through a named pipe, and writes everything that it is told into another file.
 */
final class ExaBgp implements Contender {
    private static final Pattern CHANGE = Pattern.compile(
            "neighbor \\S+ (?:(down)|receive update (?:(withdrawn) (\\S+)|announced (\\S+).*? next-hop (\\S+)(.*))).*");
    /** Prefixes of one command. */
    private static final int TOGETHER = 100;

    @Override
    public String title() throws Exception {
        return "ExaBGP " + Daemon.version("exabgp", "--version");
    }

    @Override
    public Daemon start(Path folder, Link link, Terms terms) throws Exception {
        Files.writeString(folder.resolve("announced"), announcements(link, terms));
        Files.writeString(folder.resolve("received"), "");
        Files.deleteIfExists(folder.resolve("commands"));
        new ProcessBuilder("mkfifo", folder.resolve("commands").toString())
                .start()
                .waitFor();
        var feed = folder.resolve("feed");
        Files.writeString(feed, """
                #!/bin/sh
                # Its standard output must stay open: ExaBGP takes the end of it for the end of the process.
                cd %s && cat announced && cat <> commands &
                cat >> %s/received
                """.formatted(folder, folder));
        Files.setPosixFilePermissions(feed, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(folder.resolve("exabgp.conf"), """
                process feed { run %s; encoder text; }
                neighbor %s {
                 router-id 10.0.0.100;
                 local-address %s;
                 local-as %d;
                 peer-as %d;
                 %s
                 %s
                 family { ipv4 unicast; ipv6 unicast; }
                 capability { route-refresh enable; extended-message enable; %s %s }
                 api { processes [ feed ]; neighbor-changes; receive { parsed; update; notification; } }
                }
                """.formatted(
                        feed,
                        Link.text(terms.six() ? link.oursSix : link.ours),
                        Link.text(terms.six() ? link.theirsSix : link.theirs),
                        Terms.THEIR_AS,
                        Terms.OUR_AS,
                        terms.theyDial() ? "" : "passive true; listen 179;",
                        terms.key().isEmpty() ? "" : "md5-password \"" + terms.key() + "\";",
                        terms.addPath() ? "add-path send/receive;" : "",
                        terms.restartSeconds() == 0 ? "" : "graceful-restart " + terms.restartSeconds() + ";"));
        return Daemon.start(
                folder,
                link.inside(List.of(
                        "env",
                        "exabgp.daemon.user=root",
                        "exabgp.daemon.drop=false",
                        "exabgp.api.ack=false",
                        "exabgp.api.cli=false",
                        "exabgp.log.level=WARNING",
                        "exabgp.log.destination=stdout",
                        "exabgp",
                        "exabgp.conf")),
                List.of());
    }

    private static String announcements(Link link, Terms terms) {
        var commands = new StringBuilder();
        for (boolean six : List.of(false, true)) {
            var prefixes = terms.theirRoutes(six).stream().map(Prefix::toString).toList();
            for (int from = 0; from < prefixes.size(); from += TOGETHER) {
                commands.append("announce attributes next-hop ")
                        .append(Link.text(six ? link.theirsSix : link.theirs))
                        .append(" community [" + Terms.COMMUNITY + "] nlri ")
                        .append(String.join(" ", prefixes.subList(from, Math.min(from + TOGETHER, prefixes.size()))))
                        .append('\n');
            }
        }
        return commands.toString();
    }

    @Override
    public Map<String, String> table(Daemon daemon, Link link, boolean six) throws Exception {
        var table = new HashMap<String, String>();
        for (var line : received(daemon).lines().toList()) {
            var change = CHANGE.matcher(line);
            if (!change.matches()) {
                continue;
            }
            if (change.group(1) != null) {
                table.clear();
            } else if (change.group(2) != null) {
                table.remove(change.group(3));
            } else if (change.group(4).contains(":") == six) {
                var attributes = change.group(6);
                table.put(
                        change.group(4),
                        change.group(5) + "|" + Frr.find(attributes, "as-path \\[ ([0-9 ]*) \\]") + "|"
                                + Frr.find(attributes, "community (?:\\[ )?([0-9: ]*)"));
            }
        }
        return table;
    }

    /** Whole lines that it was told. */
    private static String received(Daemon daemon) throws IOException {
        var text = Files.readString(daemon.folder().resolve("received"));
        return text.substring(0, text.lastIndexOf('\n') + 1);
    }

    private static void command(Daemon daemon, String command) throws IOException {
        Files.writeString(daemon.folder().resolve("commands"), command + "\n", StandardOpenOption.WRITE);
    }

    @Override
    public boolean askForRefresh(Daemon daemon, Link link) throws Exception {
        command(daemon, "neighbor " + link.ours.getHostAddress() + " announce route-refresh ipv4 unicast");
        return true;
    }

    @Override
    public boolean shutDown(Daemon daemon, Link link, String text) {
        return false;
    }

    @Override
    public boolean shows(Daemon daemon, String text) throws Exception {
        return received(daemon).contains(text) || daemon.log().contains(text);
    }

    @Override
    public String cannot(Feature feature) {
        return switch (feature) {
            case OUR_REFRESH -> "with enhanced refresh it fails when it is asked, and drops the connection";
            case OUR_TEXT -> "it cannot read a NOTIFICATION with a text, and answers 1/0";
            case THEIR_TEXT -> "its teardown sends no text";
            default -> "";
        };
    }
}
