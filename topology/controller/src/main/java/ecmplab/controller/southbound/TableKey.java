package ecmplab.controller.southbound;

import ecmplab.mux.table.EndpointId;

/** A generation of an endpoint's table, as agents name it when they report its digest: {@code tcp:203.0.113.10:80#3}. */
public record TableKey(EndpointId endpoint, int generation) {
    @Override
    public String toString() {
        return endpoint + "#" + generation;
    }
}
