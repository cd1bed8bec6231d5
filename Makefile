# Everything this project does starts here; `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help

JDK := $(shell ./scripts/find-jdk)
MVN := JAVA_HOME="$(or $(JDK),$(JAVA_HOME))" MAVEN_OPTS="$(if $(JDK),--sun-misc-unsafe-memory-access=allow,) $(MAVEN_OPTS)" mvn --batch-mode --no-transfer-progress
SERVICE := onboarding-api/target/onboarding-api-1.0.0-SNAPSHOT-service.jar
BENCH := bench/target/classpath.txt
RUN_BENCH = exec "$(JDK)/bin/java" -Xmx3g -cp "bench/target/classes:$$(cat $(BENCH))"
CTL := onboarding-ctl/target/onboarding-ctl-1.0.0-SNAPSHOT-cli.jar

export ONBOARDING_HOME ?= $(CURDIR)/data

help: ## Lists the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

run: need-jdk $(SERVICE) ## Builds and starts the service on 127.0.0.1 (data: ONBOARDING_HOME, default ./data)
	@exec "$(JDK)/bin/java" $(JAVA_OPTIONS) -jar $(SERVICE) --spring.profiles.active=local

demo: need-jdk $(CTL) ## Sends a few hundred users through a running service, draws the funnel and counts the sites
	@exec "$(JDK)/bin/java" -jar $(CTL) demo $(DEMO_OPTIONS)

test: need-jdk ## Installs what the tests need, where it may, and runs all of them
	@./scripts/install-test-tools
	$(MVN) verify

bench: $(BENCH) ## Measures the service beside its alternatives, on a quiet machine (about 45 minutes; BENCH_OPTIONS)
	@$(RUN_BENCH) tools.choco.onboarding.bench.BenchCommand --size full $(BENCH_OPTIONS)

bench-quick: $(BENCH) ## The same in about two minutes, with small logs and short rounds
	@$(RUN_BENCH) tools.choco.onboarding.bench.BenchCommand --size quick $(BENCH_OPTIONS)

fill-log: $(BENCH) ## Fills the log of a database with a history true to life (FILL_OPTIONS="--url=... --events=...")
	@$(RUN_BENCH) tools.choco.onboarding.bench.history.FillCommand $(FILL_OPTIONS)

fmt: need-jdk ## Formats the Java sources
	$(MVN) -q spotless:apply

clean: ## Removes what was built; keeps the data
	$(MVN) -q clean

SOURCES := $(shell find pom.xml proto onboarding-* docs/openapi.yaml \( -name target -o -path '*/src/test' \) -prune -o -type f \( -name '*.java' -o -name '*.xml' -o -name '*.proto' -o -name '*.yaml' -o -name '*.sql' -o -path '*/resources/*' \) -print)

BENCH_SOURCES := $(shell find bench/pom.xml bench/src/main -type f) $(shell find onboarding-eventlog/src/test -name '*.java')

$(SERVICE): $(filter-out onboarding-ctl/%,$(SOURCES))
	@echo "Building the service ..."
	@$(MVN) -q -pl onboarding-api -am package -DskipTests -Dspotless.check.skip=true
	@touch $@

$(CTL): $(filter onboarding-ctl/%,$(SOURCES)) pom.xml
	@echo "Building onboardingctl ..."
	@$(MVN) -q -pl onboarding-ctl package -DskipTests -Dspotless.check.skip=true
	@touch $@

$(BENCH): $(filter-out onboarding-ctl/%,$(SOURCES)) $(BENCH_SOURCES) | need-jdk
	@echo "Building the benches and the service ..."
	@$(MVN) -q -pl bench -am package -DskipTests -Dspotless.check.skip=true \
		dependency:build-classpath -Dmdep.outputFile=target/classpath.txt -Dmdep.includeScope=runtime
	@touch $(SERVICE) $@

need-jdk:
	@test -n "$(JDK)" || { echo "onboarding: no JDK 25 found; install one, or set JAVA_HOME to it" >&2; exit 2; }

.PHONY: help run demo test bench bench-quick fill-log fmt clean need-jdk
