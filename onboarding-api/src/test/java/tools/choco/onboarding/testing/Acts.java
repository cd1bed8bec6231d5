package tools.choco.onboarding.testing;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.choco.onboarding.answer.TextVault;
import tools.choco.onboarding.events.audit.v1.OperatorActed;
import tools.choco.onboarding.ops.LoggedAudit;

/** What operators did, as the log has it. */
public final class Acts {

    private final RunningService service;

    private Acts(RunningService service) {
        this.service = service;
    }

    public static Acts of(RunningService service) {
        return new Acts(service);
    }

    /** Every act, in order. */
    public List<OperatorActed> all() {
        return JdbcClient.create(service.database().dataSource())
                .sql(
                        """
                        SELECT payload FROM events JOIN event_kinds USING (kind)
                        WHERE aggregate_type = 'Operation' ORDER BY position""")
                .query((row, number) -> parsed(row.getBytes(1)))
                .list();
    }

    /** The acts that were asked for with that reason, in order. */
    public List<OperatorActed> because(String reason) {
        return all().stream().filter(act -> reason(act).equals(reason)).toList();
    }

    /** Why; empty where it was sealed and the user's keys are destroyed. */
    public String reason(OperatorActed act) {
        return act.hasSealedReason()
                ? service.part(TextVault.class)
                        .open(
                                act.getAboutUserId(),
                                act.getOperationId(),
                                LoggedAudit.REASON,
                                act.getSealedReason())
                        .orElse("")
                : act.getReason();
    }

    private static OperatorActed parsed(byte[] payload) {
        try {
            return OperatorActed.parseFrom(payload);
        } catch (InvalidProtocolBufferException damaged) {
            throw new IllegalStateException(damaged);
        }
    }
}
