package tools.choco.onboarding.bench.measure;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * What was measured on.
 *
 * @param cores processors
 * @param memoryGib memory, GiB
 * @param system operating system and processor architecture
 * @param jdk of the benches and of the service
 * @param date day, UTC
 */
public record Machine(int cores, long memoryGib, String system, String jdk, String date) {

    /** This one. */
    public static Machine here() {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new Machine(
                system.getAvailableProcessors(),
                Math.round(system.getTotalMemorySize() / Math.pow(1024, 3)),
                "%s %s".formatted(system.getName(), system.getArch()),
                "%s %s"
                        .formatted(
                                System.getProperty("java.vendor"),
                                System.getProperty("java.version")),
                LocalDate.now(ZoneOffset.UTC).toString());
    }

    String described() {
        return "%d cores, %d GiB, %s, JDK %s".formatted(cores, memoryGib, system, jdk);
    }
}
