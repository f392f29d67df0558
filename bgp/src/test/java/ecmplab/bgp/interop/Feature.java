package ecmplab.bgp.interop;

/** A row of the matrix. */
enum Feature {
    WE_DIAL("session that we dial"),
    THEY_DIAL("session that they dial"),
    SIX_TRANSPORT("session over IPv6"),
    OURS_FOUR("10 000 IPv4 routes of ours, entry by entry"),
    OURS_SIX("10 000 IPv6 routes of ours, entry by entry"),
    THEIRS_FOUR("10 000 IPv4 routes of theirs, entry by entry"),
    THEIRS_SIX("10 000 IPv6 routes of theirs, entry by entry"),
    THEIR_REFRESH("refresh that they ask for"),
    OUR_REFRESH("refresh that we ask for"),
    EXTENDED("messages of 65535 octets"),
    MD5("TCP MD5"),
    WRONG_MD5("TCP MD5 with another key: no session"),
    ADD_PATH_TO_US("add-path to us"),
    ADD_PATH_TO_THEM("add-path to them"),
    OUR_TEXT("shutdown text of ours"),
    THEIR_TEXT("shutdown text of theirs"),
    THEIR_RESTART("their death and return"),
    OUR_RESTART("our end and return"),
    RESTART_KEPT("graceful restart of theirs: routes kept, then refreshed"),
    RESTART_GONE("graceful restart of theirs: routes gone when they stay away");

    final String title;

    Feature(String title) {
        this.title = title;
    }
}
