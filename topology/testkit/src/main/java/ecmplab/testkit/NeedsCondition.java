package ecmplab.testkit;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Skips, or with {@code ECMPLAB_REQUIRE_ALL=1} fails, what {@link Needs} something the machine lacks. */
final class NeedsCondition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        var lacking = AnnotationSupport.findAnnotation(context.getElement(), Needs.class).stream()
                .flatMap(needs -> Arrays.stream(needs.value()))
                .filter(need -> !need.met())
                .map(Need::what)
                .collect(Collectors.joining(", "));
        if (lacking.isEmpty()) {
            return ConditionEvaluationResult.enabled("everything needed is there");
        }
        var reason = context.getDisplayName() + " needs " + lacking;
        if ("1".equals(System.getenv("ECMPLAB_REQUIRE_ALL"))) {
            throw new IllegalStateException(reason + ", and ECMPLAB_REQUIRE_ALL=1 allows no skip");
        }
        System.err.println("SKIPPED: " + reason);
        return ConditionEvaluationResult.disabled(reason);
    }
}
