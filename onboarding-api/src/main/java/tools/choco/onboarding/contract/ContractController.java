package tools.choco.onboarding.contract;

import java.nio.charset.StandardCharsets;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Serves the contract and the page that shows it. */
@RestController
class ContractController {

    private static final String HTML_UTF_8 = "text/html;charset=UTF-8";

    /** Styles are inline in what swagger-ui renders; scripts never are. */
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
                    + "base-uri 'none'; frame-ancestors 'none'";

    private final ServedFile document =
            ServedFile.of(
                    "/openapi/openapi.yaml",
                    new MediaType(MediaType.APPLICATION_YAML, StandardCharsets.UTF_8));
    private final ServedFile page =
            ServedFile.of("/openapi/ui/index.html", MediaType.parseMediaType(HTML_UTF_8));

    @GetMapping(path = "/openapi.yaml", produces = MediaType.APPLICATION_YAML_VALUE)
    ResponseEntity<byte[]> document() {
        return document.answer().body(document.content());
    }

    @GetMapping(path = "/docs", produces = HTML_UTF_8)
    ResponseEntity<byte[]> page() {
        return page.answer()
                .header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
                .body(page.content());
    }
}
