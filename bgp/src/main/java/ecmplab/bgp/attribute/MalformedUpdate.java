package ecmplab.bgp.attribute;

import ecmplab.bgp.wire.Notification;

/**
 * A fault in an UPDATE, what RFC 7606 makes of it, and where it was.
 *
 * @param attributeType type code of the attribute at fault, 0 when the fault is not in an attribute
 * @param reason what was seen and what was expected
 * @param rule the section that it breaks, such as {@code RFC 7606 section 7.2}
 * @param offset octets from the start of the message (its marker) to the fault
 * @param notification what to send; only a {@link Cost#SESSION_RESET} sends it
 */
public record MalformedUpdate(
        Cost cost, int attributeType, String reason, String rule, int offset, Notification notification) {
    /** What a fault costs, weakest first (RFC 7606 section 2). */
    public enum Cost {
        /** The attribute alone is dropped. */
        DISCARD_ATTRIBUTE,
        /** All routes of the message are withdrawn. */
        TREAT_AS_WITHDRAW,
        /** The session ends with {@link MalformedUpdate#notification()}. */
        SESSION_RESET
    }

    @Override
    public String toString() {
        return cost + " at octet " + offset + ": " + reason + " (" + rule + ")";
    }
}
