/**
 * Conformance: a peer on a plain socket, with its own little encoder, does to a speaker what RFC 4271 section 6, 6608, 7606, 6793, 7313,
 * 8654, 9072, 6286, 7607, 9003, 9234, 7911 and 5082 speak of, and sees what comes of it. The same cases run against other speakers;
 * {@code bgp/CONFORMANCE.md} has the answers.
 *
 * <p>Things that implementers get wrong, and where they are tested:
 *
 * <ul>
 *   <li>hold times: {@code open.cases}, {@link ecmplab.bgp.conformance.TimerCases}, {@code StateMachineTest}
 *   <li>collisions: {@code CollisionTest}, {@code StateMachineTest}
 *   <li>back-off with jitter: {@code StateMachineTest.backOffDoublesWithJitterAndEndsAtAnUpperBound}
 *   <li>OPEN: {@code open.cases}, {@code OpenTest}
 *   <li>framing: {@code header.cases}, {@code FramingTest}
 *   <li>RFC 7606, attribute order, masked bits, IPv6 next hops: {@code attribute.cases}, {@code update.cases}, {@code UpdateDecoderTest}
 *   <li>End-of-RIB: {@code update.cases}, {@code UpdateGroupTest}
 *   <li>two-octet peers: {@code attribute.cases}, {@code UpdateDecoderTest}
 *   <li>own AS in the path, AS 0: {@code attribute.cases}; FRRouting's echoes: {@code DaemonInteropTest}
 *   <li>replacements that policy rejects: {@code RibPropertyTest}
 *   <li>withdrawals that wait, next hops and weights that change while the best path stays, a peer's own address as its next hop: {@code
 *       RouteChangeTest}; next hops that nobody can have: {@code RibSessionTest}
 *   <li>what is never sent to another AS, long paths: {@code attribute.cases}, {@code ExportFormTest}
 *   <li>attributes too large for a message: {@code UpdateGroupTest.attributesThatNoMessageCanCarryAreNotSentAndReplaceWhatWas}
 *   <li>no graceful restart of our own: {@code RawPeerTest.anOpenOfOursHasTheOctetsOfTheRfcs}; the helper: {@code StateMachineTest}
 *   <li>TCP that goes on with a dead peer: {@code DeadPeerTest}, {@code RawPeerTest.ofAPeerThatIsGoneTheKernelKeepsNothingToRepeat}; one that
 *       reads nothing (RFC 9687): {@code RawPeerTest.aPeerThatStopsReadingIsFoundByTheSendHoldTimer}, and with routes {@code TortureTest}
 * </ul>
 *
 * <p>What nobody thought of: {@link ecmplab.bgp.conformance.LiveMutationTest}.
 */
@NullMarked
package ecmplab.bgp.conformance;

import org.jspecify.annotations.NullMarked;
