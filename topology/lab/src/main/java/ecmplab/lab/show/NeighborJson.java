package ecmplab.lab.show;

import ecmplab.bgp.capability.Capability;
import ecmplab.bgp.rib.PeerCounts;
import ecmplab.bgp.session.Negotiated;
import ecmplab.bgp.session.Offer.Feature;
import ecmplab.bgp.session.SessionSnapshot;
import ecmplab.bgp.session.State;
import ecmplab.bgp.speaker.NeighborSnapshot;
import ecmplab.packet.AddressText;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code show bgp neighbors json}, with FRRouting's keys and some of ours. */
final class NeighborJson {
    private NeighborJson() {}

    static Map<String, Object> of(NeighborSnapshot neighbor, Instant now) {
        var session = neighbor.session();
        var config = session.config();
        var json = new LinkedHashMap<String, Object>();
        var negotiated = session.negotiated();
        json.put("remoteAs", (negotiated == null ? config.remoteAsn() : negotiated.peerAsn()).value());
        json.put("localAs", config.localAsn().value());
        json.put(config.isEbgp() ? "nbrExternalLink" : "nbrInternalLink", true);
        json.put("localRole", role(config.offer().role()));
        json.put("remoteRole", role(negotiated == null ? null : negotiated.peerRole()));
        json.put("nbrDesc", neighbor.config().description());
        if (negotiated != null && negotiated.peerHostName() != null) {
            json.put("hostname", negotiated.peerHostName());
        }
        if (!neighbor.config().group().isEmpty()) {
            json.put("peerGroup", neighbor.config().group());
        }
        if (neighbor.config().shutdown() != null) {
            json.put("adminShutDown", true);
        }
        json.put("bgpVersion", 4);
        json.put(
                "remoteRouterId",
                negotiated == null ? "0.0.0.0" : negotiated.peerRouterId().toString());
        json.put("localRouterId", config.routerId().toString());
        json.put("bgpState", BgpJson.state(session.state()));
        times(session, now, json);
        if (negotiated != null) {
            json.put("neighborCapabilities", capabilities(session, negotiated));
        }
        json.put("gracefulRestartInfo", restart(neighbor, negotiated));
        json.put("messageStats", messages(session));
        json.put("minBtwnAdvertisementRunsTimerMsecs", 0);
        var families = new LinkedHashMap<String, Object>();
        neighbor.counts().forEach(counts -> families.put(SummaryShow.key(counts.family()), family(neighbor, counts)));
        json.put("addressFamilyInfo", families);
        json.put("connectionsEstablished", session.established());
        json.put("connectionsDropped", session.established() - (session.state() == State.ESTABLISHED ? 1 : 0));
        if (session.lastClose() != null) {
            json.put("lastResetDueTo", session.lastClose().toString());
        }
        json.put("externalBgpNbrMaxHopsAway", config.transport().hops());
        if (negotiated != null) {
            json.put("hostLocal", AddressText.of(negotiated.local().getAddress()));
            json.put("portLocal", negotiated.local().getPort());
            json.put("hostForeign", AddressText.of(negotiated.remote().getAddress()));
            json.put("portForeign", negotiated.remote().getPort());
        }
        json.put("connectRetryTimer", config.timers().connectRetry().toSeconds());
        json.put("connectionsDialled", session.connectAttempts());
        json.put("treatedAsWithdraw", session.treatedAsWithdraw());
        json.put("discardedAttributes", session.discardedAttributes());
        json.put("asLoops", neighbor.loops());
        json.put("refusedRoutes", neighbor.refused());
        json.put("importPolicy", neighbor.config().importPolicy().name());
        json.put("exportPolicy", neighbor.config().exportPolicy().name());
        return json;
    }

    private static String role(@Nullable Enum<?> role) {
        return role == null ? "undefined" : role.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static void times(SessionSnapshot session, Instant now, Map<String, Object> json) {
        if (session.state() == State.ESTABLISHED) {
            json.put("bgpTimerUpMsec", Duration.between(session.since(), now).toMillis());
            json.put("bgpTimerUpString", Uptime.since(session.since(), now));
            json.put("bgpTimerUpEstablishedEpoch", session.since().getEpochSecond());
        }
        if (session.lastRead() != null) {
            json.put(
                    "bgpTimerLastRead",
                    Duration.between(session.lastRead(), now).toMillis());
        }
        if (session.lastWrite() != null) {
            json.put(
                    "bgpTimerLastWrite",
                    Duration.between(session.lastWrite(), now).toMillis());
        }
        var configured = session.config().timers().holdTime();
        json.put("bgpTimerConfiguredHoldTimeMsecs", configured.toMillis());
        json.put(
                "bgpTimerConfiguredKeepAliveIntervalMsecs",
                configured.dividedBy(3).toMillis());
        var negotiated = session.negotiated();
        json.put("bgpTimerHoldTimeMsecs", (negotiated == null ? configured : negotiated.holdTime()).toMillis());
        json.put(
                "bgpTimerKeepAliveIntervalMsecs",
                (negotiated == null ? configured.dividedBy(3) : negotiated.keepalive()).toMillis());
    }

    private static Map<String, Object> capabilities(SessionSnapshot session, Negotiated negotiated) {
        var offer = session.config().offer();
        var json = new LinkedHashMap<String, Object>();
        put(json, "4byteAs", true, negotiated.fourOctetAs());
        boolean extended = has(negotiated, Capability.ExtendedMessage.class);
        put(json, "extendedMessage", offer.has(Feature.EXTENDED_MESSAGES), extended);
        var addPath = new LinkedHashMap<String, Object>();
        for (var family : negotiated.families()) {
            var of = new LinkedHashMap<String, Object>();
            if (negotiated.addPathReceive().contains(family)) {
                of.put("rxAdvertisedAndReceived", true);
            }
            if (negotiated.addPathSend().contains(family)) {
                of.put("txAdvertisedAndReceived", true);
            }
            if (!of.isEmpty()) {
                addPath.put(SummaryShow.key(family), of);
            }
        }
        if (!addPath.isEmpty()) {
            json.put("addPath", addPath);
        }
        put(json, "routeRefresh", true, negotiated.routeRefresh());
        boolean enhanced = has(negotiated, Capability.EnhancedRouteRefresh.class);
        put(json, "enhancedRouteRefresh", offer.has(Feature.ENHANCED_ROUTE_REFRESH), enhanced);
        json.put("multiprotocolExtensions", families(negotiated.families()));
        if (!negotiated.extendedNextHop().isEmpty()) {
            json.put("extendedNexthop", "advertisedAndReceived");
            json.put("extendedNexthopFamililesByPeer", families(negotiated.extendedNextHop()));
        }
        var names = new LinkedHashMap<String, Object>();
        names.put("advHostName", offer.hostName() == null ? "n/a" : offer.hostName());
        names.put("advDomainName", "n/a");
        names.put("rcvHostName", negotiated.peerHostName() == null ? "n/a" : negotiated.peerHostName());
        names.put("rcvDomainName", "n/a");
        json.put("hostName", names);
        if (negotiated.peerSoftware() != null) {
            json.put("softwareVersion", negotiated.peerSoftware());
        }
        boolean restart = has(negotiated, Capability.GracefulRestart.class);
        put(json, "gracefulRestart", offer.has(Feature.RESTART_HELPER), restart);
        if (negotiated.peerRestart() != null) {
            json.put(
                    "gracefulRestartRemoteTimerMsecs",
                    negotiated.peerRestart().restartTime().toMillis());
        }
        json.put(
                "received",
                negotiated.peerCapabilities().stream().map(Object::toString).toList());
        return json;
    }

    private static boolean has(Negotiated negotiated, Class<? extends Capability> type) {
        return negotiated.peerCapabilities().stream().anyMatch(type::isInstance);
    }

    private static Map<String, Object> families(Set<ecmplab.bgp.wire.AddressFamily> families) {
        var json = new LinkedHashMap<String, Object>();
        families.forEach(family -> json.put(SummaryShow.key(family), Map.of("advertisedAndReceived", true)));
        return json;
    }

    private static void put(Map<String, Object> json, String name, boolean sent, boolean received) {
        if (sent || received) {
            json.put(name, sent && received ? "advertisedAndReceived" : sent ? "advertised" : "received");
        }
    }

    private static Map<String, Object> restart(NeighborSnapshot neighbor, @Nullable Negotiated negotiated) {
        var json = new LinkedHashMap<String, Object>();
        var sent = new LinkedHashMap<String, Object>();
        var received = new LinkedHashMap<String, Object>();
        for (var counts : neighbor.counts()) {
            sent.put(SummaryShow.key(counts.family()), counts.endOfRibSent());
            received.put(SummaryShow.key(counts.family()), counts.endOfRibReceived());
        }
        json.put("endOfRibSend", sent);
        json.put("endOfRibRecv", received);
        json.put("localGrMode", neighbor.config().session().offer().has(Feature.RESTART_HELPER) ? "Helper" : "Disable");
        var restart = negotiated == null ? null : negotiated.peerRestart();
        json.put(
                "remoteGrMode", restart == null ? "Disable" : restart.families().isEmpty() ? "Helper" : "Restart");
        if (restart != null) {
            json.put("rBit", restart.restarted());
            json.put("nBit", restart.notifications());
            json.put(
                    "timers",
                    Map.of("receivedRestartTimer", restart.restartTime().toSeconds()));
        }
        return json;
    }

    private static Map<String, Object> family(NeighborSnapshot neighbor, PeerCounts counts) {
        var json = new LinkedHashMap<String, Object>();
        json.put("packetQueueLength", counts.behind());
        json.put("inboundSoftConfigPermit", true);
        json.put("acceptedPrefixCounter", counts.accepted());
        json.put("sentPrefixCounter", counts.announced());
        json.put("receivedPrefixCounter", counts.received());
        json.put("rejectedByPolicyCounter", counts.rejectedByPolicy());
        json.put("stalePrefixCounter", counts.stale());
        json.put("overLimitCounter", counts.overLimit());
        json.put("updateGroupSize", counts.groupSize());
        var limit = neighbor.config().options().limits().get(counts.family());
        if (limit != null) {
            json.put("prefixAllowedMax", limit.maximum());
            json.put("prefixAllowedMaxWarningThresh", limit.warningPercent());
        }
        if (neighbor.config().options().reflectorClient()) {
            json.put("routeReflectorClient", true);
        }
        return json;
    }

    private static Map<String, Object> messages(SessionSnapshot session) {
        var received = session.received();
        var sent = session.sent();
        var json = new LinkedHashMap<String, Object>();
        json.put("depthInq", session.readingPaused() ? 1 : 0);
        json.put("depthOutq", session.pendingOctets());
        json.put("opensSent", sent.opens());
        json.put("opensRecv", received.opens());
        json.put("notificationsSent", sent.notifications());
        json.put("notificationsRecv", received.notifications());
        json.put("updatesSent", sent.updates());
        json.put("updatesRecv", received.updates());
        json.put("keepalivesSent", sent.keepalives());
        json.put("keepalivesRecv", received.keepalives());
        json.put("routeRefreshSent", sent.routeRefreshes());
        json.put("routeRefreshRecv", received.routeRefreshes());
        json.put("capabilitySent", 0);
        json.put("capabilityRecv", 0);
        json.put("totalSent", sent.total());
        json.put("totalRecv", received.total());
        return json;
    }
}
