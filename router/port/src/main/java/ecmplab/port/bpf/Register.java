package ecmplab.port.bpf;

/**
 * Registers of the BPF machine, 64 bits each. {@code R0} is a call's result and the program's; {@code R1} to {@code R5} are a
 * call's arguments and lost by it; {@code R6} to {@code R9} survive; {@code FRAME} is the end of the stack, read only.
 */
public enum Register {
    R0,
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    R7,
    R8,
    R9,
    FRAME
}
