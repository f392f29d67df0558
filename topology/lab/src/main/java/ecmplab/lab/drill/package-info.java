/**
 * Drills: real traffic, real faults, and a ledger of what each flow went through. The ledger is made from the client's own records,
 * the MUXes' flow tables and the nodes' event logs, never from what the drill expected.
 */
@NullMarked
package ecmplab.lab.drill;

import org.jspecify.annotations.NullMarked;
