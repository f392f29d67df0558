package ecmplab.mux.forward;

/** What a forwarding thread tells now and then; must hand it on at once. */
interface Notices {
    /** Packets follow this plan from now on. */
    void adopted(Plan plan);

    /** First packet of the endpoint since its generation became active. */
    void firstPacket(PlannedEndpoint endpoint);

    /** An established flow came that was never seen here, after a second without such. */
    void takenOver(PlannedEndpoint endpoint);

    /** More comes than can be forwarded, most of it for this VIP: load is shed. {@code rate} is of packets a second let through. */
    void overloaded(VipLoad worst, double rate);

    /** No load is shed any more. */
    void relieved();
}
