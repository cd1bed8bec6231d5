# Everything this project does starts here; `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help

JDK := $(shell ./scripts/find-jdk)
MVN := JAVA_HOME="$(or $(JDK),$(JAVA_HOME))" MAVEN_OPTS="$(if $(JDK),--sun-misc-unsafe-memory-access=allow,) $(MAVEN_OPTS)" mvn --batch-mode --no-transfer-progress
SERVICE := onboarding-api/target/onboarding-api-1.0.0-SNAPSHOT-service.jar
CTL := onboarding-ctl/target/onboarding-ctl-1.0.0-SNAPSHOT-cli.jar

export ONBOARDING_HOME ?= $(CURDIR)/data

help: ## Lists the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

run: need-jdk $(SERVICE) ## Builds and starts the service on 127.0.0.1 (data: ONBOARDING_HOME, default ./data)
	@exec "$(JDK)/bin/java" $(JAVA_OPTIONS) -jar $(SERVICE) --spring.profiles.active=local

demo: need-jdk $(CTL) ## Sends a few hundred users through a running service and draws the funnel
	@exec "$(JDK)/bin/java" -jar $(CTL) demo $(DEMO_OPTIONS)

test: need-jdk ## Installs what the tests need, where it may, and runs all of them
	@./scripts/install-test-tools
	$(MVN) verify

fmt: need-jdk ## Formats the Java sources
	$(MVN) -q spotless:apply

clean: ## Removes what was built; keeps the data
	$(MVN) -q clean

SOURCES := $(shell find pom.xml proto onboarding-* docs/openapi.yaml \( -name target -o -path '*/src/test' \) -prune -o -type f \( -name '*.java' -o -name '*.xml' -o -name '*.proto' -o -name '*.yaml' -o -name '*.sql' -o -path '*/resources/*' \) -print)

$(SERVICE): $(filter-out onboarding-ctl/%,$(SOURCES))
	@echo "Building the service ..."
	@$(MVN) -q -pl onboarding-api -am package -DskipTests -Dspotless.check.skip=true
	@touch $@

$(CTL): $(filter onboarding-ctl/%,$(SOURCES)) pom.xml
	@echo "Building onboardingctl ..."
	@$(MVN) -q -pl onboarding-ctl package -DskipTests -Dspotless.check.skip=true
	@touch $@

need-jdk:
	@test -n "$(JDK)" || { echo "onboarding: no JDK 25 found; install one, or set JAVA_HOME to it" >&2; exit 2; }

.PHONY: help run demo test fmt clean need-jdk
