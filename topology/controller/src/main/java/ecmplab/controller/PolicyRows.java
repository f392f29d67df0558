package ecmplab.controller;

import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.mux.table.Member;
import ecmplab.mux.table.TableVersion;
import ecmplab.ovsdb.client.Replica.Snapshot;
import ecmplab.ovsdb.data.Datum;
import ecmplab.ovsdb.data.Row;
import ecmplab.packet.AddressText;
import ecmplab.packet.MacAddress;
import ecmplab.packet.Vni;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** How policy records stand in the rows of the database {@code slb}: read by agents and manager alike, written by the manager. */
public final class PolicyRows {
    private PolicyRows() {}

    /** A row that another one refers to. */
    public static Row required(Snapshot snapshot, String table, UUID uuid) throws MalformedRow {
        var row = snapshot.row(table, uuid);
        if (row == null) {
            throw new MalformedRow("row " + uuid + " of " + table + " is missing");
        }
        return row;
    }

    public static EndpointId endpointId(Row vip, Row endpoint) throws MalformedRow {
        return new EndpointId(
                address(vip.get("ip").text()), (int) endpoint.get("protocol").integer(), (int)
                        endpoint.get("port").integer());
    }

    /** The table that a row of {@code Table_Version} describes; values that no table can have are told, too. */
    public static TableVersion version(Snapshot snapshot, Row row) throws MalformedRow {
        if (!row.get("algorithm").text().equals("maglev")) {
            throw new MalformedRow("unknown algorithm " + row.get("algorithm").toJson());
        }
        var members = new ArrayList<Member>();
        for (var uuid : row.get("members").uuids()) {
            members.add(member(required(snapshot, "Member", uuid)));
        }
        try {
            return new TableVersion(
                    (int) row.get("generation").integer(),
                    Math.toIntExact(row.get("slots").integer()),
                    row.get("seed").integer(),
                    members,
                    TableVersion.State.valueOf(row.get("state").text().toUpperCase(Locale.ROOT)));
        } catch (IllegalArgumentException | ArithmeticException impossible) {
            throw new MalformedRow(String.valueOf(impossible.getMessage()));
        }
    }

    public static Member member(Row row) throws MalformedRow {
        try {
            return new Member(
                    row.get("id").text(),
                    address(row.get("ip").text()),
                    (int) row.get("port").integer(),
                    address(row.get("host_pa").text()),
                    MacAddress.parse(row.get("mac").text()),
                    new Vni((int) row.get("vni").integer()),
                    (int) row.get("weight").integer());
        } catch (IllegalArgumentException impossible) {
            throw new MalformedRow("backend " + row.get("id").text() + ": " + String.valueOf(impossible.getMessage()));
        }
    }

    /** The columns of {@code Member}. */
    public static Map<String, Datum> columns(Member member) {
        return Map.of(
                "id", Datum.of(member.id()),
                "ip", Datum.of(AddressText.of(member.dip())),
                "port", Datum.of(member.port()),
                "host_pa", Datum.of(AddressText.of(member.host())),
                "mac", Datum.of(member.mac().toString()),
                "vni", Datum.of(member.vni().value()),
                "weight", Datum.of(member.weight()));
    }

    public static InetAddress address(String text) throws MalformedRow {
        try {
            // The JDK would read 10.1 as 10.0.0.1.
            if (text.contains(":") || text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}")) {
                return InetAddress.ofLiteral(text);
            }
        } catch (IllegalArgumentException malformed) {
            // told below
        }
        throw new MalformedRow("'" + text + "' is no IP address");
    }

    public static Affinity affinity(String text) throws MalformedRow {
        for (var affinity : Affinity.values()) {
            if (text(affinity).equals(text)) {
                return affinity;
            }
        }
        throw new MalformedRow("unknown affinity '" + text + "'");
    }

    public static String text(Affinity affinity) {
        return switch (affinity) {
            case FIVE_TUPLE -> "5-tuple";
            case SOURCE_IP_PROTOCOL -> "source-ip-protocol";
            case SOURCE_IP -> "source-ip";
        };
    }
}
