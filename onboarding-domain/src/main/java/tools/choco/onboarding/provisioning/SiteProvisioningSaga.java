package tools.choco.onboarding.provisioning;

/** Routes a site from its request to its end. */
public class SiteProvisioningSaga {}
