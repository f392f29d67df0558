package ecmplab.mux.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.packet.MacAddress;
import org.junit.jupiter.api.Test;

class FrameTagTest {
    @Test
    void eachFieldHasItsPlaceInTheAddress() {
        var tag = new FrameTag(0xA1, 0xBEEF, 0x3, FrameTag.FROM_FLOW_TABLE, 0x5C);

        assertEquals(MacAddress.parse("02:a1:be:ef:31:5c"), tag.mac());
        assertEquals(tag, FrameTag.of(tag.mac().bits()));
    }

    @Test
    void theLargestFieldsDoNotTouchEachOther() {
        var tag = new FrameTag(255, 65_535, 15, 15, 255);

        assertEquals(0x02FF_FFFF_FFFFL, tag.mac().bits());
        assertEquals(tag, FrameTag.of(tag.mac().bits()));
        assertEquals(
                new FrameTag(255, 65_535, 0, 15, 255),
                FrameTag.of(FrameTag.withHop(tag.mac().bits(), 0)));
    }

    @Test
    void ofALongSlotOnlyTheLowBitsAreCarried() {
        assertEquals(0x01, FrameTag.slot(FrameTag.bits(1, 1, 0, 0, 65_281)));
        assertEquals(1, FrameTag.generation(FrameTag.bits(1, 1, 0, 0, 65_281)));
    }

    @Test
    void otherAddressesAreNoTags() {
        assertTrue(FrameTag.isTag(0x0200_0001_0000L));
        assertFalse(FrameTag.isTag(MacAddress.BROADCAST.bits()));
        assertFalse(FrameTag.isTag(MacAddress.parse("00:a1:be:ef:31:5c").bits()));
    }

    @Test
    void aFieldOutOfRangeIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new FrameTag(256, 1, 0, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new FrameTag(1, 65_536, 0, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new FrameTag(1, 1, 16, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new FrameTag(1, 1, -1, 0, 0));
    }
}
