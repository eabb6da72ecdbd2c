# Packages and images. Part of the Makefile at the top; `make help-all` lists the targets.

.PHONY: deb
deb: all $(BUILD)/backpropd.1 ## Build build/backpropd_VERSION_ARCH.deb
	@sh docker/debian/build.sh $(VERSION)

REVISION = $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
DOCKER_BUILD ?= docker build
IMAGE_BUILD = DOCKER_BUILDKIT=1 $(DOCKER_BUILD) -f docker/Dockerfile --build-arg SOURCE_DATE_EPOCH=$(SOURCE_DATE_EPOCH) \
	--build-arg VERSION=$(VERSION) --build-arg REVISION=$(REVISION)

.PHONY: image
image: ## Build the container image `backpropd`, with version and revision in its labels
	@docker info >/dev/null 2>&1 || { echo 'SKIPPED: image: no container engine answers'; exit 0; }; \
		$(IMAGE_BUILD) -t backpropd .

.PHONY: sbom
sbom: ## Write build/sbom.cdx.json: the contents of the image, with versions and digests
	@if docker info >/dev/null 2>&1; then $(IMAGE_BUILD) --target sbom --output build .; \
		else node tests/deploy/container/with-engine.mjs $(MAKE) sbom; fi
