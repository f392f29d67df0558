package ecmplab.router;

/** Where a route comes from. Of several to one prefix the one with the least distance is used. */
public enum RouteProtocol {
    /** An own address. */
    LOCAL('L', 0),
    /** The broadcast address of an own subnet. */
    BROADCAST('b', 0),
    CONNECTED('C', 0),
    STATIC('S', 1),
    /** eBGP. */
    BGP('B', 20);

    private final char code;
    private final int distance;

    RouteProtocol(char code, int distance) {
        this.code = code;
        this.distance = distance;
    }

    /** Letter in tables. */
    public char code() {
        return code;
    }

    /** Administrative distance: less is preferred. */
    public int distance() {
        return distance;
    }
}
