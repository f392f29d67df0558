package ecmplab.lab.file;

import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.policy.Action;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code set} of a policy's term. */
final class ActionReader {
    private final Settings set;
    private final List<Action> actions = new ArrayList<>();

    ActionReader(Settings set) {
        this.set = set;
    }

    List<Action> read() {
        set.get("local-pref", RoutingScalars.NUMBER).ifPresent(value -> actions.add(new Action.SetLocalPref(value)));
        set.get("med", RoutingScalars.NUMBER).ifPresent(value -> actions.add(new Action.SetMed(value)));
        if (set.has("origin")) {
            actions.add(new Action.SetOrigin(set.word("origin", Origin.IGP)));
        }
        set.get("next-hop", NextHopSetting.SCALAR).ifPresent(setting -> actions.add(setting.action()));
        prepend();
        communities();
        set.get("link-bandwidth", RoutingScalars.BANDWIDTH)
                .ifPresent(octets -> actions.add(new Action.SetLinkBandwidth(octets)));
        return actions;
    }

    private void prepend() {
        var times = set.get("prepend", SpeakerShapes.PREPENDS);
        if (times.isPresent()) {
            actions.add(new Action.Prepend(times.get()));
        } else if (set.has("prepend")) {
            actions.add(new Action.PrependAs(set.each("prepend", Scalar.AS)));
        }
    }

    private void communities() {
        if (any("community")) {
            actions.add(new Action.ChangeCommunities(
                    set.has("community"),
                    set.each("remove-community", RoutingScalars.COMMUNITIES),
                    added("community", RoutingScalars.COMMUNITY)));
        }
        if (any("large-community")) {
            actions.add(new Action.ChangeLargeCommunities(
                    set.has("large-community"),
                    set.each("remove-large-community", RoutingScalars.LARGE_COMMUNITIES),
                    added("large-community", RoutingScalars.LARGE_COMMUNITY)));
        }
        if (any("extended-community")) {
            actions.add(new Action.ChangeExtendedCommunities(
                    set.has("extended-community"),
                    set.each("remove-extended-community", RoutingScalars.EXTENDED_COMMUNITIES),
                    added("extended-community", RoutingScalars.EXTENDED_COMMUNITY)));
        }
    }

    private boolean any(String key) {
        return set.has(key) || set.has("add-" + key) || set.has("remove-" + key);
    }

    private <T> List<T> added(String key, Scalar<T> scalar) {
        var all = new ArrayList<>(set.each(key, scalar));
        all.addAll(set.each("add-" + key, scalar));
        return all;
    }
}
