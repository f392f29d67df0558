package ecmplab.bgp.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * A NOTIFICATION message: why one side ends the session (RFC 4271 section 4.5, with the subcodes of RFC 4486, 6608, 7313, 8538, 9003,
 * 9234 and 9687). Codes that this speaker does not know are kept as numbers.
 */
public record Notification(int code, int subcode, Octets data) {
    public static final int MESSAGE_HEADER_ERROR = 1;
    public static final int OPEN_ERROR = 2;
    public static final int UPDATE_ERROR = 3;
    public static final int HOLD_TIMER_EXPIRED = 4;
    public static final int FSM_ERROR = 5;
    public static final int CEASE = 6;
    public static final int ROUTE_REFRESH_ERROR = 7;
    public static final int SEND_HOLD_TIMER_EXPIRED = 8;

    public static final int CEASE_MAX_PREFIXES = 1;
    public static final int CEASE_ADMIN_SHUTDOWN = 2;
    public static final int CEASE_PEER_DECONFIGURED = 3;
    public static final int CEASE_ADMIN_RESET = 4;
    public static final int CEASE_CONNECTION_REJECTED = 5;
    public static final int CEASE_CONFIG_CHANGE = 6;
    public static final int CEASE_COLLISION = 7;
    public static final int CEASE_OUT_OF_RESOURCES = 8;
    public static final int CEASE_HARD_RESET = 9;
    public static final int CEASE_BFD_DOWN = 10;

    /** Subcodes of OPEN errors, the last of RFC 9234, and of ROUTE-REFRESH errors (RFC 7313). */
    public static final int BAD_PEER_AS = 2;

    public static final int BAD_IDENTIFIER = 3;
    public static final int UNACCEPTABLE_HOLD_TIME = 6;
    public static final int UNSUPPORTED_CAPABILITY = 7;
    public static final int ROLE_MISMATCH = 11;

    public static final int REFRESH_INVALID_LENGTH = 1;

    /** Octets of text that a shutdown communication may have (RFC 9003 section 2). */
    private static final int LONGEST_TEXT = 255;

    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}", Pattern.UNICODE_CHARACTER_CLASS);

    private static final String[][] NAMES = {
        {},
        {
            "Message Header Error", "Connection Not Synchronized", "Bad Message Length", "Bad Message Type",
        },
        {
            "OPEN Message Error",
            "Unsupported Version Number",
            "Bad Peer AS",
            "Bad BGP Identifier",
            "Unsupported Optional Parameter",
            "",
            "Unacceptable Hold Time",
            "Unsupported Capability",
            "",
            "",
            "",
            "Role Mismatch",
        },
        {
            "UPDATE Message Error",
            "Malformed Attribute List",
            "Unrecognized Well-known Attribute",
            "Missing Well-known Attribute",
            "Attribute Flags Error",
            "Attribute Length Error",
            "Invalid ORIGIN Attribute",
            "",
            "Invalid NEXT_HOP Attribute",
            "Optional Attribute Error",
            "Invalid Network Field",
            "Malformed AS_PATH",
        },
        {"Hold Timer Expired"},
        {
            "Finite State Machine Error",
            "Unexpected Message in OpenSent",
            "Unexpected Message in OpenConfirm",
            "Unexpected Message in Established",
        },
        {
            "Cease",
            "Maximum Number of Prefixes Reached",
            "Administrative Shutdown",
            "Peer De-configured",
            "Administrative Reset",
            "Connection Rejected",
            "Other Configuration Change",
            "Connection Collision Resolution",
            "Out of Resources",
            "Hard Reset",
            "BFD Down",
        },
        {"ROUTE-REFRESH Message Error", "Invalid Message Length"},
        {"Send Hold Timer Expired"},
    };

    public Notification {
        if (code < 0 || code > 255 || subcode < 0 || subcode > 255) {
            throw new IllegalArgumentException("NOTIFICATION " + code + "/" + subcode + ": must be octets");
        }
    }

    public static Notification of(int code, int subcode) {
        return new Notification(code, subcode, Octets.NONE);
    }

    /** A Cease of the given subcode. */
    public static Notification cease(int subcode) {
        return of(CEASE, subcode);
    }

    /**
     * Cease with a shutdown communication for the operator at the other end (RFC 9003). Text beyond 255 octets of UTF-8 is cut at a
     * character.
     *
     * @param subcode {@link #CEASE_ADMIN_SHUTDOWN} or {@link #CEASE_ADMIN_RESET}
     */
    public static Notification cease(int subcode, String text) {
        if (text.isEmpty()) {
            return cease(subcode);
        }
        var utf8 = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(utf8.length, LONGEST_TEXT);
        while (length < utf8.length && length > 0 && (utf8[length] & 0xC0) == 0x80) {
            length--;
        }
        var data = new byte[length + 1];
        data[0] = (byte) length;
        System.arraycopy(utf8, 0, data, 1, length);
        return new Notification(CEASE, subcode, Octets.of(data));
    }

    /** Whether the receiver must not keep routes though graceful restart was agreed on (RFC 8538 section 3). */
    public boolean isHardReset() {
        return code == CEASE && subcode == CEASE_HARD_RESET;
    }

    /** This in a Cease/9, so that its receiver keeps no routes (RFC 8538 section 3). */
    public Notification asHardReset() {
        var inner = new byte[2 + data.length()];
        inner[0] = (byte) code;
        inner[1] = (byte) subcode;
        System.arraycopy(data.toArray(), 0, inner, 2, data.length());
        return new Notification(CEASE, CEASE_HARD_RESET, Octets.of(inner));
    }

    /** Of a hard reset what it carries, of any other the same. */
    public Notification reason() {
        if (!isHardReset() || data.length() < 2) {
            return this;
        }
        var octets = data.toArray();
        return new Notification(octets[0] & 0xFF, octets[1] & 0xFF, Octets.copy(octets, 2, octets.length - 2));
    }

    /**
     * The shutdown communication, also that of a hard reset; empty when there is none, when its length octet is wrong or when it is not
     * UTF-8 (RFC 9003 section 2). Control characters are replaced: the text goes to terminals and logs.
     */
    public String shutdownText() {
        if (isHardReset()) {
            var inner = reason();
            return inner.isHardReset() ? "" : inner.shutdownText();
        }
        boolean carriesText = code == CEASE && (subcode == CEASE_ADMIN_SHUTDOWN || subcode == CEASE_ADMIN_RESET);
        if (!carriesText || data.length() < 2 || data.at(0) != data.length() - 1) {
            return "";
        }
        var octets = data.toArray();
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets, 1, octets.length - 1));
            return CONTROL.matcher(text).replaceAll("\uFFFD");
        } catch (CharacterCodingException notText) {
            return "";
        }
    }

    /** The names of code and subcode as the RFCs give them, such as {@code Cease/Administrative Shutdown}. */
    public String name() {
        if (code >= NAMES.length || NAMES[code].length == 0) {
            return "code " + code + "/" + subcode;
        }
        var names = NAMES[code];
        if (subcode == 0) {
            return names[0];
        }
        boolean known = subcode < names.length && !names[subcode].isEmpty();
        return names[0] + "/" + (known ? names[subcode] : "subcode " + subcode);
    }

    @Override
    public String toString() {
        var text = shutdownText();
        var inner = reason();
        return code + "/" + subcode + " (" + name() + (isHardReset() && !inner.isHardReset() ? ": " + inner.name() : "")
                + ")" + (text.isEmpty() ? "" : " \"" + text + "\"");
    }
}
