package ecmplab.lab.speaker;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * Runs something at each SIGHUP. The JDK has signals only in {@code sun.misc}, which the compiler warns of and which not every runtime
 * need have, so they are found at run time.
 */
public final class Hangup {
    private Hangup() {}

    /** @return false when this runtime has no signals */
    public static boolean handle(Runnable action) {
        try {
            var signal = Class.forName("sun.misc.Signal");
            var handler = Class.forName("sun.misc.SignalHandler");
            var proxy = Proxy.newProxyInstance(
                    Hangup.class.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                        return called(self, method, arguments, action);
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), proxy);
            return true;
        } catch (ReflectiveOperationException | IllegalArgumentException without) {
            return false;
        }
    }

    @SuppressWarnings(
            "ReferenceEquality") // a proxy is equal to itself alone, and asking its equals would end here again
    private static Object called(Object self, Method method, Object[] arguments, Runnable action) {
        return switch (method.getName()) {
            case "handle" -> {
                Thread.ofPlatform().daemon().name("hangup").start(action);
                yield true;
            }
            case "equals" -> self == arguments[0];
            case "hashCode" -> System.identityHashCode(self);
            default -> "hangup";
        };
    }
}
