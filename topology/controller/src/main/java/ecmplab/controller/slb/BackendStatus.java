package ecmplab.controller.slb;

import ecmplab.controller.slb.ServiceDefinition.Admin;

/**
 * Whether a backend should serve an endpoint now.
 *
 * @param why when it should not, for people; empty when it should
 * @param known false while nothing is known yet: no probe has ended, or its host has not been heard of
 */
public record BackendStatus(String id, Admin admin, int weight, boolean serving, boolean known, String why) {
    static BackendStatus serving(ServiceDefinition.Backend backend) {
        return new BackendStatus(backend.id(), backend.admin(), backend.weight(), true, true, "");
    }

    static BackendStatus out(ServiceDefinition.Backend backend, boolean known, String why) {
        return new BackendStatus(backend.id(), backend.admin(), backend.weight(), false, known, why);
    }
}
