package ecmplab.port.bpf;

import static ecmplab.port.bpf.Register.FRAME;
import static ecmplab.port.bpf.Register.R0;
import static ecmplab.port.bpf.Register.R1;
import static ecmplab.port.bpf.Register.R2;
import static ecmplab.port.bpf.Register.R4;
import static ecmplab.port.bpf.Register.R5;
import static ecmplab.port.bpf.Register.R8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.port.bpf.Assembler.Width;
import ecmplab.port.sys.Errno;
import ecmplab.port.sys.SystemCallException;
import ecmplab.testkit.Hex;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

final class AssemblerTest {
    private static void assertOctets(String hex, Assembler code) {
        try (var arena = Arena.ofConfined()) {
            assertArrayEquals(Hex.bytes(hex), code.assemble(arena).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    @Test
    void instructionsAreThoseOfTheStandard() {
        // code, source and destination register, offset, immediate (RFC 9669 section 3)
        assertOctets("61 12 04 00  00 00 00 00", new Assembler().load(Width.WORD, R2, R1, 4));
        assertOctets("71 25 1e 00  00 00 00 00", new Assembler().load(Width.OCTET, R5, R2, 30));
        assertOctets("69 25 0c 00  00 00 00 00", new Assembler().load(Width.HALF, R5, R2, 12));
        assertOctets("79 25 00 00  00 00 00 00", new Assembler().load(Width.DOUBLE, R5, R2, 0));
        assertOctets("63 5a fc ff  00 00 00 00", new Assembler().store(Width.WORD, FRAME, -4, R5));
        assertOctets("62 0a f8 ff  00 00 ff ff", new Assembler().store(Width.WORD, FRAME, -8, 0xFFFF_0000));
        assertOctets("bf a2 00 00  00 00 00 00", new Assembler().move(R2, FRAME));
        assertOctets("b7 00 00 00  02 00 00 00", new Assembler().move(R0, 2));
        assertOctets("07 02 00 00  f0 ff ff ff", new Assembler().add(R2, -16));
        assertOctets("0f 54 00 00  00 00 00 00", new Assembler().add(R4, R5));
        assertOctets("57 05 00 00  0f 00 00 00", new Assembler().and(R5, 15));
        assertOctets("67 05 00 00  02 00 00 00", new Assembler().shiftLeft(R5, 2));
        assertOctets("18 11 00 00  07 00 00 00  00 00 00 00  00 00 00 00", new Assembler().loadMap(R1, 7));
        assertOctets(
                "85 00 00 00  33 00 00 00  95 00 00 00  00 00 00 00",
                new Assembler().call(Function.REDIRECT_MAP).exit());
    }

    @Test
    void jumpsLeadForwardsAndBackwardsToTheirLabels() {
        assertOctets(
                "2d 84 03 00  00 00 00 00"
                        + "16 05 02 00  08 00 00 00"
                        + "56 05 fd ff  08 00 00 00"
                        + "05 00 fe ff  00 00 00 00"
                        + "15 00 fd ff  00 00 00 00",
                new Assembler()
                        .label("start")
                        .jumpIfGreater(R4, R8, "last")
                        .jumpIfEqual(R5, 8, "last")
                        .label("there")
                        .jumpIfNotEqual(R5, 8, "start")
                        .jump("there")
                        .label("last")
                        .jumpIfZero(R0, "there"));
    }

    @Test
    void labelsThatAreMissingOrTwiceAreBugs() {
        try (var arena = Arena.ofConfined()) {
            var nowhere = new Assembler().jump("nowhere");
            assertEquals(
                    "jump to label nowhere, which is nowhere",
                    assertThrows(IllegalStateException.class, () -> nowhere.assemble(arena))
                            .getMessage());
        }
        var twice = new Assembler().label("here");
        assertThrows(IllegalStateException.class, () -> twice.label("here"));
    }

    @Test
    @Needs({Need.ROOT, Need.AF_XDP})
    void aProgramThatTheVerifierRefusesIsShownWithItsReason() {
        var readsBeyond = new Assembler()
                .load(Width.WORD, R2, R1, 0)
                .load(Width.WORD, R0, R2, 0) // of a packet that may be empty
                .exit();
        var refused = assertThrows(SystemCallException.class, () -> XdpProgram.load(readsBeyond));
        assertEquals(Errno.EACCES, refused.errno());
        assertTrue(String.valueOf(refused.getMessage()).contains("invalid access to packet"), refused.getMessage());
    }
}
