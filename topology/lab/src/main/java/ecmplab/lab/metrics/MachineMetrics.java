package ecmplab.lab.metrics;

import ecmplab.lab.metrics.Exposition.MetricType;
import java.lang.management.ManagementFactory;
import java.util.List;

/** The Java virtual machine and the process, named as Prometheus's Java client names them. */
final class MachineMetrics {
    private MachineMetrics() {}

    static void add(Exposition out) {
        var memory = ManagementFactory.getMemoryMXBean();
        var area = List.of("area");
        out.family("jvm_memory_used_bytes", MetricType.GAUGE, "Memory used.", area)
                .add(memory.getHeapMemoryUsage().getUsed(), List.of("heap"))
                .add(memory.getNonHeapMemoryUsage().getUsed(), List.of("nonheap"));
        out.family("jvm_memory_committed_bytes", MetricType.GAUGE, "Memory taken from the system.", area)
                .add(memory.getHeapMemoryUsage().getCommitted(), List.of("heap"))
                .add(memory.getNonHeapMemoryUsage().getCommitted(), List.of("nonheap"));
        var direct = out.family(
                "jvm_buffer_pool_used_bytes", MetricType.GAUGE, "Memory of buffers outside the heap.", List.of("pool"));
        for (var pool : ManagementFactory.getPlatformMXBeans(java.lang.management.BufferPoolMXBean.class)) {
            direct.add(pool.getMemoryUsed(), List.of(pool.getName()));
        }
        var collectors = ManagementFactory.getGarbageCollectorMXBeans();
        var pauses = out.family(
                "jvm_gc_collection_seconds_sum", MetricType.COUNTER, "Time of garbage collections.", List.of("gc"));
        collectors.forEach(each -> pauses.add(each.getCollectionTime() / 1000.0, List.of(each.getName())));
        var count = out.family(
                "jvm_gc_collection_seconds_count", MetricType.COUNTER, "Garbage collections.", List.of("gc"));
        collectors.forEach(each -> count.add(each.getCollectionCount(), List.of(each.getName())));
        var runtime = ManagementFactory.getRuntimeMXBean();
        out.single(
                "process_start_time_seconds",
                MetricType.GAUGE,
                "Start, in seconds of Unix time.",
                runtime.getStartTime() / 1000.0);
        out.single(
                "jvm_threads_current",
                MetricType.GAUGE,
                "Threads.",
                ManagementFactory.getThreadMXBean().getThreadCount());
        if (ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.UnixOperatingSystemMXBean unix) {
            out.single(
                    "process_cpu_seconds_total", MetricType.COUNTER, "Processor time.", unix.getProcessCpuTime() / 1e9);
            out.single("process_open_fds", MetricType.GAUGE, "Open descriptors.", unix.getOpenFileDescriptorCount());
        }
    }
}
