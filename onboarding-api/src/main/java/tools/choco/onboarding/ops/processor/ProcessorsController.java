package tools.choco.onboarding.ops.processor;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.choco.onboarding.edge.AsOperator;
import tools.choco.onboarding.edge.EdgeCall;
import tools.choco.onboarding.ops.Audit;
import tools.choco.onboarding.ops.processor.Processors.ProcessorView;

/**
 * The processors, for operators. Starting and stopping ask for a state and so are idempotent by
 * themselves; it is reached within a second or two, on every instance.
 */
@RestController
@RequestMapping("/ops/processors")
class ProcessorsController {

    private static final String PRINTABLE = "[^\\p{Cntrl}]*";

    private final Processors processors;
    private final Audit audit;

    ProcessorsController(Processors processors, Audit audit) {
        this.processors = processors;
        this.audit = audit;
    }

    record ProcessorList(List<ProcessorView> items) {}

    record Reason(@NotNull @Size(min = 1, max = 500) @Pattern(regexp = PRINTABLE) String reason) {}

    record SegmentReason(
            @Nullable @Min(0) @Max(65_535) Integer segment,
            @NotNull @Size(min = 1, max = 500) @Pattern(regexp = PRINTABLE) String reason) {

        /** The first one, which every processor has. */
        int number() {
            return segment == null ? 0 : segment;
        }
    }

    @GetMapping
    ProcessorList list() {
        return new ProcessorList(processors.all());
    }

    @PostMapping("/{name}/start")
    @ResponseStatus(HttpStatus.ACCEPTED)
    ProcessorView start(
            @AsOperator EdgeCall call, @PathVariable String name, @Valid @RequestBody Reason body) {
        return act("start", call, name, body.reason(), () -> processors.start(name));
    }

    @PostMapping("/{name}/stop")
    @ResponseStatus(HttpStatus.ACCEPTED)
    ProcessorView stop(
            @AsOperator EdgeCall call, @PathVariable String name, @Valid @RequestBody Reason body) {
        return act("stop", call, name, body.reason(), () -> processors.stop(name));
    }

    @PostMapping("/{name}/split")
    @ResponseStatus(HttpStatus.ACCEPTED)
    ProcessorView split(
            @AsOperator EdgeCall call,
            @PathVariable String name,
            @Valid @RequestBody SegmentReason body) {
        return act("split", call, name, body.reason(), () -> processors.split(name, body.number()));
    }

    @PostMapping("/{name}/merge")
    @ResponseStatus(HttpStatus.ACCEPTED)
    ProcessorView merge(
            @AsOperator EdgeCall call,
            @PathVariable String name,
            @Valid @RequestBody SegmentReason body) {
        return act("merge", call, name, body.reason(), () -> processors.merge(name, body.number()));
    }

    private ProcessorView act(
            String word, EdgeCall call, String name, String reason, Runnable act) {
        processors.find(name);
        act.run();
        audit.record(call.caller().subject(), "processor." + word, name, reason, Audit.DONE);
        return processors.find(name);
    }
}
