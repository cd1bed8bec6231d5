package tools.choco.onboarding.refusal.recording;

import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.RequestBodyAdviceAdapter;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyAdvice;
import tools.choco.onboarding.Issue;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.edge.EdgeCalls;
import tools.choco.onboarding.edge.Problem;
import tools.choco.onboarding.edge.RequestId;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.site.SiteId;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Has every refusal on a route of {@link NotesRefusals} noted, whoever refused: an aggregate, a
 * value of the domain, or the edge, which could not read the body. So the body is kept until the
 * request is answered; which session it was meant for is looked up only if it was refused.
 */
@ControllerAdvice
final class RefusalNotes extends RequestBodyAdviceAdapter implements ResponseBodyAdvice<Object> {

    private static final String BODY = RefusalNotes.class.getName() + ".body";
    private static final String SESSION = "sessionId";
    private static final String STEP = "stepId";
    private static final String SITE = "siteId";
    private static final JsonFactory JSON = new JsonFactory();

    /** Codes whose pointer ends with a name that the client made up. */
    private static final Set<String> MADE_UP = Set.of("unknown_field", "unknown_member");

    private final RefusalRecorder recorder;
    private final SessionOfSite sites;

    RefusalNotes(RefusalRecorder recorder, SessionOfSite sites) {
        this.recorder = recorder;
        this.sites = sites;
    }

    @Override
    public boolean supports(
            MethodParameter parameter,
            Type type,
            Class<? extends HttpMessageConverter<?>> converter) {
        return parameter.hasMethodAnnotation(NotesRefusals.class);
    }

    @Override
    public HttpInputMessage beforeBodyRead(
            HttpInputMessage message,
            MethodParameter parameter,
            Type type,
            Class<? extends HttpMessageConverter<?>> converter)
            throws IOException {
        byte[] body = message.getBody().readAllBytes();
        RequestContextHolder.currentRequestAttributes()
                .setAttribute(BODY, body, RequestAttributes.SCOPE_REQUEST);
        return new Kept(message.getHeaders(), body);
    }

    private record Kept(HttpHeaders headers, byte[] body) implements HttpInputMessage {

        @Override
        public HttpHeaders getHeaders() {
            return headers;
        }

        @Override
        public InputStream getBody() {
            return new ByteArrayInputStream(body);
        }
    }

    @Override
    public boolean supports(
            MethodParameter returned, Class<? extends HttpMessageConverter<?>> converter) {
        return true;
    }

    @Override
    public @Nullable Object beforeBodyWrite(
            @Nullable Object answer,
            MethodParameter returned,
            MediaType type,
            Class<? extends HttpMessageConverter<?>> converter,
            ServerHttpRequest request,
            ServerHttpResponse response) {
        if (answer instanceof Problem problem
                && request instanceof ServletServerHttpRequest served) {
            note(problem, served.getServletRequest());
        }
        return answer;
    }

    private void note(Problem problem, HttpServletRequest request) {
        NotesRefusals noted = notedBy(request);
        if (noted == null
                || problem.status() >= HttpStatus.INTERNAL_SERVER_ERROR.value()
                || problem.status() == HttpStatus.NOT_FOUND.value()) {
            return;
        }
        Map<String, String> body = membersOf(bodyOf(request));
        session(request, body)
                .ifPresent(
                        session ->
                                recorder.record(
                                        session,
                                        noted.value(),
                                        body.get(STEP),
                                        problem.code(),
                                        issues(problem),
                                        Request.of(EdgeCalls.user(), RequestId.current())));
    }

    private static @Nullable NotesRefusals notedBy(HttpServletRequest request) {
        return request.getAttribute(HandlerMapping.BEST_MATCHING_HANDLER_ATTRIBUTE)
                        instanceof HandlerMethod method
                ? method.getMethodAnnotation(NotesRefusals.class)
                : null;
    }

    private static byte[] bodyOf(HttpServletRequest request) {
        if (request.getAttribute(BODY) instanceof byte[] body) {
            return body;
        }
        // Refused for a header, before the body was looked at.
        try {
            return request.getInputStream().readAllBytes();
        } catch (IOException tooLongOrGone) {
            return new byte[0];
        }
    }

    private Optional<SessionId> session(HttpServletRequest request, Map<String, String> body) {
        try {
            if (request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE)
                            instanceof Map<?, ?> path
                    && path.get(SITE) instanceof String site) {
                return sites.sessionOf(SiteId.of(site));
            }
            return Optional.ofNullable(body.get(SESSION)).map(SessionId::of);
        } catch (Refused noSuchThing) {
            return Optional.empty();
        }
    }

    /** Texts at the top of the body; if it is malformed, those before the place where it is. */
    private static Map<String, String> membersOf(byte[] body) {
        Map<String, String> members = new HashMap<>();
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), body)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    String name = parser.currentName();
                    if (parser.nextToken() == JsonToken.VALUE_STRING) {
                        members.putIfAbsent(name, parser.getString());
                    } else {
                        parser.skipChildren();
                    }
                }
            }
        } catch (JacksonException malformed) {
            // What came before it may say enough.
        }
        return members;
    }

    private static List<String> issues(Problem problem) {
        List<Issue> errors = problem.errors();
        return errors == null
                ? List.of()
                : errors.stream().map(it -> (pointer(it) + " " + it.code()).strip()).toList();
    }

    private static String pointer(Issue issue) {
        String pointer = issue.pointer();
        return MADE_UP.contains(issue.code())
                ? pointer.substring(0, Math.max(0, pointer.lastIndexOf('/')))
                : pointer;
    }
}
