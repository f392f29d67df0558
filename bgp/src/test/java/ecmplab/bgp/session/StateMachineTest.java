package ecmplab.bgp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.capability.Capability;
import ecmplab.bgp.capability.Open;
import ecmplab.bgp.capability.Role;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Notification;
import ecmplab.bgp.wire.RouterId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The state machine of RFC 4271 section 8: every event in every state, collisions, timers, back-off. */
class StateMachineTest {
    private static final Asn OURS = Asn.of(65_001);
    private static final Asn THEIRS = Asn.of(65_002);
    private static final InetSocketAddress HERE = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 40_000);
    private static final InetSocketAddress THERE = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.2"), 179);
    private static final Notification ANY = Notification.of(3, 1);

    private static SessionConfig config() {
        return SessionConfig.of(THERE.getAddress(), THEIRS, OURS, RouterId.parse("10.0.0.1"));
    }

    private static Open open(String routerId) {
        return new Open(THEIRS, 9, RouterId.parse(routerId), List.of(new Capability.FourOctetAs(THEIRS)));
    }

    private static StateMachine machine(SessionConfig config) {
        return new StateMachine(config, new SplittableRandom(1));
    }

    private static Event dialled(int connection) {
        return new Event.Dialled(connection, HERE, THERE);
    }

    private static Event accepted(int connection) {
        return new Event.Accepted(connection, HERE, THERE);
    }

    private static Event opened(int connection) {
        return new Event.OpenReceived(connection, open("10.0.0.2"));
    }

    private static Event keepalive(int connection) {
        return new Event.KeepaliveReceived(connection);
    }

    private static StateMachine after(SessionConfig config, Event... events) {
        var machine = machine(config);
        for (var event : events) {
            machine.step(event);
        }
        return machine;
    }

    /** Connection 1, dialled, is the one that events concern. */
    private static Map<String, StateMachine> states() {
        var start = new Event.Start();
        return Map.of(
                "stopped", machine(config()),
                "backing off", after(config(), start, dialled(1), new Event.MalformedReceived(1, ANY, "")),
                "connect", after(config(), start),
                "active", after(config(), start, new Event.DialFailed("")),
                "held", after(config(), start, accepted(2), opened(2), dialled(1)),
                "open sent", after(config(), start, dialled(1)),
                "open confirm", after(config(), start, dialled(1), opened(1)),
                "established", after(config(), start, dialled(1), opened(1), keepalive(1)));
    }

    private static StateMachine inState(String name) {
        return Objects.requireNonNull(states().get(name));
    }

    private static final List<String> STATES =
            List.of("stopped", "backing off", "connect", "active", "held", "open sent", "open confirm", "established");

    private static List<Event> events() {
        return List.of(
                new Event.Start(),
                new Event.Stop(Notification.cease(2), ""),
                new Event.Reset(Notification.cease(4), Duration.ZERO),
                new Event.Reconfigured(config().withHops(2)),
                new Event.RetryTimerExpired(),
                new Event.BackOffExpired(),
                dialled(7),
                new Event.DialFailed("refused"),
                accepted(7),
                new Event.Lost(1, "reset"),
                new Event.HoldTimerExpired(1),
                new Event.KeepaliveTimerExpired(1),
                new Event.SendHoldTimerExpired(1),
                opened(1),
                keepalive(1),
                new Event.UpdateReceived(1),
                new Event.RouteRefreshReceived(1),
                new Event.NotificationReceived(1, Notification.of(2, 2)),
                new Event.MalformedReceived(1, Notification.of(1, 2), "length"));
    }

    private static String words(List<Action> actions) {
        return actions.stream()
                .map(action -> switch (action) {
                    case Action.Dial() -> "dial";
                    case Action.AbortDial() -> "abort-dial";
                    case Action.StartRetryTimer retry -> "retry";
                    case Action.StopRetryTimer() -> "no-retry";
                    case Action.StartBackOff backOff -> "back-off";
                    case Action.StopBackOff() -> "no-back-off";
                    case Action.SendOpen(int number, var open) -> "open" + number;
                    case Action.SendKeepalive(int number) -> "keepalive" + number;
                    case Action.StartHoldTimer(int number, var time) -> "hold" + number + ":" + time.toSeconds();
                    case Action.StartKeepaliveTimer(int number, var time) -> "ka-timer" + number;
                    case Action.Close(int number, var notification, var reason) ->
                        "close" + number
                                + (notification == null
                                        ? ""
                                        : ":" + notification.code() + "/" + notification.subcode());
                    case Action.SessionUp(int number, var negotiated) -> "up" + number;
                    case Action.SessionDown(int number, var reason) -> "down" + number;
                    case Action.AttemptFailed(var reason) -> "failed";
                    case Action.Refused(int number) -> "refused" + number;
                    case Action.StateChanged(var from, var to, var cause) -> "-> " + to;
                })
                .collect(Collectors.joining(" "));
    }

    /** Per event, what it leads to in each state; in a state that is not listed it does nothing. */
    private static final String TABLE = """
            Start
                stopped      dial -> CONNECT
            Stop
                stopped      no-retry no-back-off
                backing off  no-retry no-back-off
                connect      abort-dial no-retry no-back-off -> IDLE
                active       no-retry no-back-off -> IDLE
                held         close1:6/2 close2:6/2 no-retry no-back-off -> IDLE
                open sent    close1:6/2 no-retry no-back-off -> IDLE
                open confirm close1:6/2 no-retry no-back-off -> IDLE
                established  close1:6/2 down1 no-retry no-back-off -> IDLE
            Reset
                backing off  no-retry no-back-off retry -> ACTIVE
                connect      abort-dial no-retry no-back-off retry -> ACTIVE
                active       no-retry no-back-off retry
                held         close1:6/4 close2:6/4 no-retry no-back-off retry -> ACTIVE
                open sent    close1:6/4 no-retry no-back-off retry -> ACTIVE
                open confirm close1:6/4 no-retry no-back-off retry -> ACTIVE
                established  close1:6/4 down1 no-retry no-back-off retry -> ACTIVE
            Reconfigured
                backing off  no-retry no-back-off retry -> ACTIVE
                connect      abort-dial no-retry no-back-off retry -> ACTIVE
                active       no-retry no-back-off retry
                held         close1:6/6 close2:6/6 no-retry no-back-off retry -> ACTIVE
                open sent    close1:6/6 no-retry no-back-off retry -> ACTIVE
                open confirm close1:6/6 no-retry no-back-off retry -> ACTIVE
                established  close1:6/6 down1 no-retry no-back-off retry -> ACTIVE
            RetryTimerExpired
                active       dial -> CONNECT
            BackOffExpired
                backing off  dial -> CONNECT
            Dialled
                stopped      close7:6/5 refused7
                backing off  close7:6/5 refused7
                connect      hold7:240 open7 -> OPEN_SENT
                active       close7:6/5 refused7
                held         close7:6/5 refused7
                open sent    close7:6/5 refused7
                open confirm close7:6/5 refused7
                established  close7:6/5 refused7
            DialFailed
                connect      failed retry -> ACTIVE
            Accepted
                stopped      close7:6/5 refused7
                backing off  close7:6/5 refused7
                connect      no-retry hold7:240 open7 -> OPEN_SENT
                active       no-retry hold7:240 open7 -> OPEN_SENT
                held         no-retry close2:6/7 open1 hold7:240 open7 -> OPEN_SENT
                open sent    no-retry hold7:240 open7
                open confirm no-retry hold7:240
                established  no-retry close7:6/7 refused7
            Lost
                held         close1 failed
                open sent    close1 failed retry -> ACTIVE
                open confirm close1 failed retry -> ACTIVE
                established  close1 down1 retry -> ACTIVE
            HoldTimerExpired
                held         close1:4/0 failed
                open sent    close1:4/0 failed retry -> ACTIVE
                open confirm close1:4/0 failed retry -> ACTIVE
                established  close1:4/0 down1 retry -> ACTIVE
            KeepaliveTimerExpired
                open confirm keepalive1 ka-timer1
                established  keepalive1 ka-timer1
            SendHoldTimerExpired
                held         close1:8/0 failed
                open sent    close1:8/0 failed retry -> ACTIVE
                open confirm close1:8/0 failed retry -> ACTIVE
                established  close1:8/0 down1 retry -> ACTIVE
            OpenReceived
                open sent    keepalive1 hold1:9 ka-timer1 -> OPEN_CONFIRM
                open confirm close1:5/2 failed no-retry back-off -> IDLE
                established  close1:5/3 down1 no-retry back-off -> IDLE
            KeepaliveReceived
                held         close1:5/1 failed
                open sent    close1:5/1 failed no-retry back-off -> IDLE
                open confirm hold1:9 up1 -> ESTABLISHED
                established  hold1:9
            UpdateReceived
                held         close1:5/1 failed
                open sent    close1:5/1 failed no-retry back-off -> IDLE
                open confirm close1:5/2 failed no-retry back-off -> IDLE
                established  hold1:9
            RouteRefreshReceived
                held         close1:5/1 failed
                open sent    close1:5/1 failed no-retry back-off -> IDLE
                open confirm close1:5/2 failed no-retry back-off -> IDLE
                established  hold1:9
            NotificationReceived
                held         close1 failed
                open sent    close1 failed no-retry back-off -> IDLE
                open confirm close1 failed no-retry back-off -> IDLE
                established  close1 down1 no-retry back-off -> IDLE
            MalformedReceived
                held         close1:1/2 failed
                open sent    close1:1/2 failed no-retry back-off -> IDLE
                open confirm close1:1/2 failed no-retry back-off -> IDLE
                established  close1:1/2 down1 no-retry back-off -> IDLE
            """;

    @Test
    void everyEventInEveryState() {
        var table = new StringBuilder();
        for (var event : events()) {
            table.append(event.getClass().getSimpleName()).append('\n');
            for (var state : STATES) {
                var words = words(inState(state).step(event));
                table.append(words.isEmpty() ? "" : "    %-13s%s\n".formatted(state, words));
            }
        }
        assertEquals(TABLE, table.toString());
        assertEquals(
                Stream.of(Event.class, Event.OfConnection.class)
                        .flatMap(type -> Arrays.stream(type.getPermittedSubclasses()))
                        .filter(Class::isRecord)
                        .collect(Collectors.toSet()),
                events().stream().map(Event::getClass).collect(Collectors.toSet()),
                "the table has every event");
    }

    @Test
    void theStatesOfTheTableAreWhatTheyAreCalled() {
        assertEquals(
                List.of(
                        State.IDLE,
                        State.IDLE,
                        State.CONNECT,
                        State.ACTIVE,
                        State.OPEN_CONFIRM,
                        State.OPEN_SENT,
                        State.OPEN_CONFIRM,
                        State.ESTABLISHED),
                STATES.stream().map(name -> inState(name).state()).toList());
    }

    @Test
    void aPassiveNeighbourNeverDials() {
        var machine = machine(config().withPassive(true));
        var said = new ArrayList<String>();
        for (var event : List.of(
                new Event.Start(),
                new Event.RetryTimerExpired(),
                accepted(1),
                opened(1),
                keepalive(1),
                new Event.Lost(1, "reset"),
                accepted(2),
                new Event.MalformedReceived(2, ANY, ""),
                new Event.BackOffExpired())) {
            said.add(words(machine.step(event)));
        }
        assertTrue(said.stream().noneMatch(words -> words.contains("dial")), said::toString);
        assertEquals(State.ACTIVE, machine.state());
    }

    // Negotiation.

    @ParameterizedTest
    @CsvSource({"9, 9, 9", "9, 3, 3", "3, 9, 3", "0, 9, 0", "9, 0, 0", "0, 0, 0", "90, 180, 90"})
    void theSmallerHoldTimeHoldsAndZeroMeansNone(int ours, int theirs, int effective) {
        var machine = after(config().withHoldTime(Duration.ofSeconds(ours)), new Event.Start(), dialled(1));
        var open = new Open(THEIRS, theirs, RouterId.parse("10.0.0.2"), List.of());
        var actions = machine.step(new Event.OpenReceived(1, open));
        assertTrue(actions.contains(new Action.StartHoldTimer(1, Duration.ofSeconds(effective))), actions::toString);
        var keepalive = actions.stream()
                .filter(Action.StartKeepaliveTimer.class::isInstance)
                .map(Action.StartKeepaliveTimer.class::cast)
                .findFirst()
                .orElseThrow()
                .after();
        var third = Duration.ofSeconds(effective).dividedBy(3);
        assertTrue(keepalive.compareTo(third) <= 0, keepalive::toString);
        assertTrue(keepalive.compareTo(third.multipliedBy(3).dividedBy(4)) >= 0, keepalive::toString);
    }

    @Test
    void thePeersAsMustBeTheConfiguredOne() {
        var machine = after(config(), new Event.Start(), dialled(1));
        var open = new Open(Asn.of(65_009), 9, RouterId.parse("10.0.0.2"), List.of());
        assertEquals(
                "close1:2/2 failed no-retry back-off -> IDLE", words(machine.step(new Event.OpenReceived(1, open))));
    }

    @Test
    void ourIdentifierIsRefusedWithinTheAsAndLegalBeyond() {
        var ibgp = SessionConfig.of(THERE.getAddress(), OURS, OURS, RouterId.parse("10.0.0.1"));
        var open = new Open(OURS, 9, RouterId.parse("10.0.0.1"), List.of());
        var within = after(ibgp, new Event.Start(), dialled(1));
        assertTrue(words(within.step(new Event.OpenReceived(1, open))).startsWith("close1:2/3"));
        var beyond = after(config(), new Event.Start(), dialled(1));
        assertEquals(
                "keepalive1 hold1:9 ka-timer1 -> OPEN_CONFIRM",
                words(beyond.step(new Event.OpenReceived(1, open("10.0.0.1")))));
    }

    @Test
    void withoutACommonFamilyThereIsNoSession() {
        var machine =
                after(config().withFamilies(EnumSet.of(AddressFamily.IPV6_UNICAST)), new Event.Start(), dialled(1));
        assertTrue(words(machine.step(opened(1))).startsWith("close1:2/7"));
    }

    @Test
    void aPeerWithoutCapabilitiesIsLegal() {
        var machine = after(config(), new Event.Start(), dialled(1));
        machine.step(new Event.OpenReceived(1, new Open(THEIRS, 9, RouterId.parse("10.0.0.2"), List.of())));
        var up = assertInstanceOf(
                Action.SessionUp.class,
                machine.step(keepalive(1)).stream()
                        .filter(Action.SessionUp.class::isInstance)
                        .findFirst()
                        .orElseThrow());
        assertEquals(false, up.negotiated().fourOctetAs());
        assertEquals(false, up.negotiated().routeRefresh());
        assertEquals(4096, up.negotiated().maxMessageSize());
        assertEquals(EnumSet.of(AddressFamily.IPV4_UNICAST), up.negotiated().families());
    }

    // Collisions (RFC 4271 section 6.8, RFC 6286). We are 10.0.0.1; connection 1 is dialled, 2 accepted.

    @ParameterizedTest
    @CsvSource({"9.0.0.1, 1, 2, close2:6/7", "9.0.0.1, 2, 1, close2:6/7 keepalive1"})
    void withTheHigherIdentifierWeKeepWhatWeDialled(String theirs, int first, int second, String outcome) {
        var machine = after(config(), new Event.Start(), accepted(2), dialled(1));
        machine.step(new Event.OpenReceived(first, open(theirs)));
        var words = words(machine.step(new Event.OpenReceived(second, open(theirs))));
        assertTrue(words.startsWith(outcome), words);
        assertEquals(State.OPEN_CONFIRM, machine.state());
    }

    /** The identifier, or with a tie the AS, of the peer is higher. */
    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.2", "10.0.0.1"})
    void withTheLowerIdentifierWeKeepWhatThePeerDialled(String theirs) {
        var machine = after(config(), new Event.Start(), accepted(2), dialled(1));
        machine.step(new Event.OpenReceived(1, open(theirs)));
        assertEquals("hold1:9", words(machine.step(keepalive(1))), "the peer may have decided already");
        assertEquals(
                "close1:6/7 keepalive2 hold2:9 ka-timer2",
                words(machine.step(new Event.OpenReceived(2, open(theirs)))));
        assertEquals("hold2:9 up2 -> ESTABLISHED", words(machine.step(keepalive(2))));
    }

    @Test
    void withTheLowerIdentifierWhatWeDialledIsGivenUpWhicheverOpenComesLast() {
        var machine = after(config(), new Event.Start(), accepted(2), dialled(1), opened(2));
        assertEquals("close1:6/7", words(machine.step(opened(1))));
        assertEquals("hold2:9 up2 -> ESTABLISHED", words(machine.step(keepalive(2))));
    }

    @Test
    void theEndOfTheOneThatWouldBeKeptSetsTheOtherFree() {
        var machine = after(config(), new Event.Start(), accepted(2), dialled(1), opened(1), keepalive(1));
        assertEquals("close2 failed up1 -> ESTABLISHED", words(machine.step(new Event.Lost(2, "reset"))));
    }

    @Test
    void theOneThatIsKeptInAnyCaseWaitsForNothing() {
        var machine = after(config(), new Event.Start(), dialled(1), accepted(2), opened(2));
        assertEquals("hold2:9 close1:6/7 up2 -> ESTABLISHED", words(machine.step(keepalive(2))));
    }

    // Graceful restart, as helper (RFC 4724, 8538).

    private static StateMachine establishedWith(boolean notifications) {
        var families = List.of(new Capability.GracefulRestart.PreservedFamily(1, 1, true));
        var open = new Open(
                THEIRS,
                9,
                RouterId.parse("10.0.0.2"),
                List.of(new Capability.GracefulRestart(false, notifications, 120, families)));
        return after(config(), new Event.Start(), accepted(1), new Event.OpenReceived(1, open), keepalive(1));
    }

    @Test
    void aPeerThatConnectsAnewHasRestarted() {
        var machine = establishedWith(false);
        assertEquals("no-retry close7:6/7 refused7", words(machine.step(accepted(7))), "that is a late collision");
        machine.step(new Event.KeepaliveTimerExpired(1));
        assertEquals("no-retry close1 down1 hold8:240 open8 -> OPEN_SENT", words(machine.step(accepted(8))));
    }

    @Test
    void aPeerThatDoesNotRestartGracefullyIsRefusedASecondConnection() {
        var machine = after(config(), new Event.Start(), accepted(1), opened(1), keepalive(1));
        machine.step(new Event.KeepaliveTimerExpired(1));
        assertEquals("no-retry close7:6/7 refused7", words(machine.step(accepted(7))));
    }

    @Test
    void whatWeEndOnPurposeIsAHardResetToAPeerThatKeepsRoutesOverNotifications() {
        var farewell = Notification.cease(Notification.CEASE_ADMIN_SHUTDOWN, "moving to rack 7");
        var close = assertInstanceOf(
                Action.Close.class,
                establishedWith(true).step(new Event.Stop(farewell, "")).getFirst());
        assertEquals(farewell.asHardReset(), close.notification());
        assertEquals("moving to rack 7", farewell.asHardReset().shutdownText());
        close = assertInstanceOf(
                Action.Close.class,
                establishedWith(false).step(new Event.Stop(farewell, "")).getFirst());
        assertEquals(farewell, close.notification());
    }

    @Test
    void routesAreKeptOnlyWhereTheRfcsSay() {
        var cease = Notification.cease(Notification.CEASE_ADMIN_RESET);
        var hard = cease.asHardReset();
        var lost = new CloseReason.ConnectionLost("reset");
        var hold = new CloseReason.HoldTimerExpired(Duration.ofSeconds(9));
        var told = new CloseReason.NotificationReceived(cease);
        var toldHard = new CloseReason.NotificationReceived(hard);
        var stopped = new CloseReason.Stopped("");
        var bfd = new CloseReason.Reset(Notification.cease(Notification.CEASE_BFD_DOWN));
        var all = List.<CloseReason>of(lost, new CloseReason.Restarted(), hold, told, toldHard, stopped, bfd);
        assertEquals(List.of(true, true, false, false, false, false, false), kept(all, negotiated(false)));
        assertEquals(List.of(true, true, true, true, false, false, false), kept(all, negotiated(true)));
        var none = after(config(), new Event.Start(), accepted(1), opened(1)).step(keepalive(1));
        assertEquals(List.of(false, false, false, false, false, false, false), kept(all, up(none)));
    }

    private static List<Boolean> kept(List<CloseReason> reasons, Negotiated negotiated) {
        return reasons.stream().map(reason -> reason.keepsRoutes(negotiated)).toList();
    }

    private static Negotiated negotiated(boolean notifications) {
        var families = List.of(new Capability.GracefulRestart.PreservedFamily(1, 1, true));
        var capability = new Capability.GracefulRestart(false, notifications, 120, families);
        var open = new Open(THEIRS, 9, RouterId.parse("10.0.0.2"), List.of(capability));
        return up(after(config(), new Event.Start(), accepted(1), new Event.OpenReceived(1, open))
                .step(keepalive(1)));
    }

    private static Negotiated up(List<Action> actions) {
        return actions.stream()
                .filter(Action.SessionUp.class::isInstance)
                .map(action -> ((Action.SessionUp) action).negotiated())
                .findFirst()
                .orElseThrow();
    }

    // Roles (RFC 9234).

    @ParameterizedTest
    @CsvSource({
        "PROVIDER, false, 3, OK",
        "PROVIDER, false, 0, 2/11",
        "PROVIDER, false, 9, 2/11",
        "PEER, true, 4, OK",
        "ROUTE_SERVER, true, 2, OK",
        "ROUTE_SERVER_CLIENT, true, 1, OK",
        "CUSTOMER, true, 0, OK",
        "CUSTOMER, false, , OK",
        "CUSTOMER, true, , 2/11",
        "PEER, false, 0 4, 2/11",
        "PEER, false, 4 4, OK"
    })
    void rolesMustFitEachOther(Role ours, boolean strict, String theirs, String outcome) {
        var config = config();
        var machine = after(config.withOffer(config.offer().withRole(ours, strict)), new Event.Start(), dialled(1));
        var capabilities = new ArrayList<Capability>();
        if (theirs != null) {
            for (var role : theirs.split(" ")) {
                capabilities.add(new Capability.Role(Integer.parseInt(role)));
            }
        }
        var open = new Open(THEIRS, 9, RouterId.parse("10.0.0.2"), capabilities);
        var words = words(machine.step(new Event.OpenReceived(1, open)));
        assertTrue(words.startsWith(outcome.equals("OK") ? "keepalive1" : "close1:" + outcome), words);
    }

    @ParameterizedTest
    @CsvSource({"0, 3, keepalive1", "30, 30, keepalive1", "30, 29, close1:2/6", "30, 0, close1:2/6", "0, 0, keepalive1"
    })
    void lessThanTheMinimumHoldTimeIsRefused(int least, int offered, String outcome) {
        var timers = SessionTimers.standard()
                .withHoldTime(Duration.ofSeconds(90))
                .withMinimumHoldTime(Duration.ofSeconds(least));
        var machine = after(config().withTimers(timers), new Event.Start(), dialled(1));
        var open = new Open(THEIRS, offered, RouterId.parse("10.0.0.2"), List.of());
        var words = words(machine.step(new Event.OpenReceived(1, open)));
        assertTrue(words.startsWith(outcome), words);
    }

    @Test
    void aNeighbourThatIsHeldDownComesBackAfterwardsAndNotBefore() {
        var machine = after(config(), new Event.Start(), dialled(1), opened(1), keepalive(1));
        var tooMany = Notification.cease(Notification.CEASE_MAX_PREFIXES);
        assertEquals(
                "close1:6/1 down1 no-retry no-back-off back-off -> IDLE",
                words(machine.step(new Event.Reset(tooMany, Duration.ofMinutes(10)))));
        assertEquals("close2:6/5 refused2", words(machine.step(accepted(2))));
        assertEquals("dial -> CONNECT", words(machine.step(new Event.BackOffExpired())));
    }

    @Test
    void whatNeedsNoResetCountsFromTheNextSessionOn() {
        var machine = after(config(), new Event.Start(), dialled(1), opened(1), keepalive(1));
        var longer = config().withHoldTime(Duration.ofSeconds(90)).withPassive(true);
        assertEquals(List.of(), config().needsReset(longer));
        assertEquals("no-retry", words(machine.step(new Event.Reconfigured(longer))));
        machine.step(new Event.Lost(1, "reset"));
        var open = machine.step(accepted(2)).stream()
                .filter(Action.SendOpen.class::isInstance)
                .map(action -> ((Action.SendOpen) action).open())
                .findFirst()
                .orElseThrow();
        assertEquals(90, open.holdTimeSeconds());
        var active = config().withHoldTime(Duration.ofSeconds(90));
        machine.step(new Event.Lost(2, "reset"));
        assertEquals("dial -> CONNECT", words(machine.step(new Event.Reconfigured(active))));
    }

    @Test
    void whatNeedsAResetIsNamed() {
        var changed = config().withMd5Password("correct horse")
                .withHops(3)
                .withFamilies(EnumSet.allOf(AddressFamily.class))
                .withPort(1179);
        changed = changed.withOffer(changed.offer()
                .with(Offer.Feature.EXTENDED_MESSAGES, false)
                .withAddPath(Set.of(AddressFamily.IPV4_UNICAST), Set.of(AddressFamily.IPV4_UNICAST))
                .withNames("mux1", "ECMP Lab"));
        assertEquals(
                List.of("multihop", "password", "families", "add-path", "extended-messages"),
                config().needsReset(changed));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void waitingForThePeerToDecideEnds(int sign) {
        var machine = after(config(), new Event.Start(), accepted(2), dialled(1), opened(1), keepalive(1));
        assertEquals(State.OPEN_CONFIRM, machine.state());
        var words = words(machine.step(
                switch (sign) {
                    case 0 -> new Event.KeepaliveTimerExpired(1);
                    case 1 -> keepalive(1);
                    case 2 -> new Event.UpdateReceived(1);
                    default -> new Event.RouteRefreshReceived(1);
                }));
        assertTrue(words.contains("close2:6/7 up1"), words);
        assertEquals(State.ESTABLISHED, machine.state());
    }

    @Test
    void aConnectionThatHasNoOpenYetDecidesNothing() {
        var machine = after(config(), new Event.Start(), accepted(2), dialled(1));
        assertEquals("keepalive1 hold1:9 ka-timer1 -> OPEN_CONFIRM", words(machine.step(opened(1))));
    }

    @Test
    void establishedWinsWhateverTheIdentifiers() {
        var machine = after(config(), new Event.Start(), dialled(1), opened(1));
        assertEquals("no-retry hold2:240", words(machine.step(accepted(2))));
        assertEquals("hold1:9 close2:6/7 up1 -> ESTABLISHED", words(machine.step(keepalive(1))));
        assertEquals("no-retry close3:6/7 refused3", words(machine.step(accepted(3))));
        assertEquals(State.ESTABLISHED, machine.state());
    }

    @Test
    void theEndOfTheLoserDoesNotTouchTheWinner() {
        var lower = new Event.OpenReceived(2, open("9.0.0.1"));
        var machine = after(
                config(),
                new Event.Start(),
                accepted(1),
                dialled(2),
                new Event.OpenReceived(1, open("9.0.0.1")),
                lower);
        for (var event : List.of(
                new Event.Lost(1, "eof"),
                new Event.HoldTimerExpired(1),
                new Event.NotificationReceived(1, Notification.cease(7)),
                new Event.MalformedReceived(1, ANY, ""))) {
            assertEquals(List.of(), machine.step(event));
        }
        assertTrue(words(machine.step(keepalive(2))).contains("up2"));
    }

    @Test
    void aSecondConnectionInOpenConfirmIsHeldBackUntilTheFirstIsDecided() {
        var machine = after(config(), new Event.Start(), dialled(1), opened(1));
        assertEquals("no-retry hold2:240", words(machine.step(accepted(2))));
        assertEquals("", words(machine.step(opened(2))));
        // The first dies: the second goes on with the OPEN that came meanwhile.
        assertEquals(
                "close1 failed open2 keepalive2 hold2:9 ka-timer2", words(machine.step(new Event.Lost(1, "reset"))));
        assertEquals("hold2:9 up2 -> ESTABLISHED", words(machine.step(keepalive(2))));
    }

    @Test
    void ofTwoConnectionsOfThePeerTheNewerStays() {
        var machine = after(config().withPassive(true), new Event.Start(), accepted(1), opened(1));
        assertEquals("no-retry close1:6/7 hold2:240 open2 -> OPEN_SENT", words(machine.step(accepted(2))));
    }

    @Test
    void aHeldConnectionGoesOnWhenTheOneItWaitsForIsReplaced() {
        var machine = after(config(), new Event.Start(), accepted(2), opened(2), dialled(1));
        assertEquals("no-retry close2:6/7 open1 hold7:240 open7 -> OPEN_SENT", words(machine.step(accepted(7))));
    }

    // Timers.

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void backOffDoublesWithJitterAndEndsAtAnUpperBound(long seed) {
        var machine = new StateMachine(config(), new SplittableRandom(seed));
        machine.step(new Event.Start());
        for (int failure = 0; failure < 10; failure++) {
            machine.step(dialled(failure));
            var actions = machine.step(new Event.MalformedReceived(failure, ANY, ""));
            var time = actions.stream()
                    .filter(Action.StartBackOff.class::isInstance)
                    .map(action -> ((Action.StartBackOff) action).after().toMillis())
                    .findFirst()
                    .orElseThrow();
            long full = 1000L << Math.min(failure, 5);
            assertTrue(time <= full && time >= full * 3 / 4, "back-off " + failure + " is " + time + " ms");
            machine.step(new Event.BackOffExpired());
        }
    }

    @Test
    void aSoundSessionMakesForgetEarlierErrors() {
        var machine = after(config(), new Event.Start());
        for (int failure = 0; failure < 4; failure++) {
            machine.step(dialled(failure));
            machine.step(new Event.MalformedReceived(failure, ANY, ""));
            machine.step(new Event.BackOffExpired());
        }
        machine.step(dialled(9));
        machine.step(opened(9));
        machine.step(keepalive(9));
        for (int i = 0; i < 3; i++) {
            machine.step(new Event.KeepaliveTimerExpired(9));
        }
        var actions = machine.step(new Event.MalformedReceived(9, ANY, ""));
        var time = actions.stream()
                .filter(Action.StartBackOff.class::isInstance)
                .map(action -> ((Action.StartBackOff) action).after())
                .findFirst()
                .orElseThrow();
        assertTrue(time.compareTo(Duration.ofSeconds(1)) <= 0, time::toString);
    }

    @Test
    void aStoppedNeighbourRepeatsItsFarewell() {
        var farewell = Notification.cease(Notification.CEASE_ADMIN_SHUTDOWN, "moving to rack 7");
        var machine = after(config(), new Event.Start(), new Event.Stop(farewell, "moving to rack 7"));
        var close =
                assertInstanceOf(Action.Close.class, machine.step(accepted(1)).getFirst());
        assertEquals(farewell, close.notification());
    }
}
