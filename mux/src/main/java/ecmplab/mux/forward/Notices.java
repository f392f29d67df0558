package ecmplab.mux.forward;

/** What a forwarding thread tells now and then; must hand it on at once. */
interface Notices {
    /** Packets follow this plan from now on. */
    void adopted(Plan plan);

    /** First packet of the endpoint since its generation became active. */
    void firstPacket(PlannedEndpoint endpoint);

    /** An established flow came that was never seen here, after a second without such. */
    void takenOver(PlannedEndpoint endpoint);
}
