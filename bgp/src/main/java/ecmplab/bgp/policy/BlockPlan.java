package ecmplab.bgp.policy;

import ecmplab.bgp.attribute.AttributeType;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What actions, one after the other, do to attribute blocks: a step for each attribute that is changed, in the order of types. */
final class BlockPlan {
    /** All of them, in order. */
    final List<Action> actions;
    /** Changes of other attributes than {@link #others}; to be done before those. */
    final BlockStep[] steps;
    /** Actions that need the attribute they change read as a record. */
    final List<Action> others;

    BlockPlan(List<Action> actions, PolicyContext context) {
        this.actions = List.copyOf(actions);
        var byType = new TreeMap<Integer, List<Action>>();
        this.actions.forEach(action -> byType.computeIfAbsent(action.attributeType(), type -> new ArrayList<>())
                .add(action));
        var found = new ArrayList<BlockStep>();
        var left = new ArrayList<Action>();
        byType.forEach((type, changes) -> {
            var step = step(type, changes, context);
            if (step == null) {
                left.addAll(changes);
            } else {
                found.add(step);
            }
        });
        steps = found.toArray(BlockStep[]::new);
        others = List.copyOf(left);
    }

    /** Null when it takes records. Of settings the last one counts. */
    private static @Nullable BlockStep step(int type, List<Action> changes, PolicyContext context) {
        return switch (changes.getLast()) {
            case Action.SetLocalPref(var preference) -> BlockStep.Put.word(type, (int) preference);
            case Action.SetMed(var med) -> BlockStep.Put.word(type, (int) med);
            case Action.SetOrigin(var origin) -> BlockStep.Put.octet(type, origin.ordinal());
            case Action.SetNextHopSelf() -> new BlockStep.Put(AttributeType.NEXT_HOP, new byte[0]);
            case Action.Prepend ignored -> prepend(changes, context);
            case Action.ChangeCommunities ignored ->
                new BlockStep.Communities(changes.stream()
                        .map(Action.ChangeCommunities.class::cast)
                        .toList());
            case Action.SetNextHop ignored -> null;
            case Action.SetNextHopPeer ignored -> null;
            case Action.PrependAs ignored -> null;
            case Action.ChangeLargeCommunities ignored -> null;
            case Action.ChangeExtendedCommunities ignored -> null;
            case Action.SetLinkBandwidth ignored -> null;
        };
    }

    private static @Nullable BlockStep prepend(List<Action> changes, PolicyContext context) {
        int times = 0;
        for (var change : changes) {
            if (!(change instanceof Action.Prepend(var more))) {
                return null;
            }
            times += more;
        }
        return new BlockStep.Prepend(context.localAs().bits(), times);
    }
}
