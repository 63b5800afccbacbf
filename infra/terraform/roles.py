"""Roles and permissions that this project gives: each was looked up, so that none is misspelt.

Source: Google's lists at cloud.google.com/iam/docs/roles-permissions, as of 2026-08-22;
datastore.indexes.* at cloud.google.com/firestore/docs/security/iam, iam.serviceAccounts.signBlob at
cloud.google.com/iam/docs/reference/credentials/rest. A new one is looked up there
and written down here, and one that is given no more is taken out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.terraform.contract import same
from infra.terraform.grants import grants
from infra.terraform.values import elements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.terraform.findings import Finding
    from infra.terraform.plan import Plan

_ROLES = """
aiplatform.viewer artifactregistry.reader artifactregistry.writer browser cloudbuild.builds.approver
cloudbuild.builds.viewer cloudfunctions.developer cloudfunctions.viewer
cloudkms.cryptoKeyEncrypterDecrypter cloudkms.viewer cloudscheduler.admin cloudscheduler.viewer
datastore.indexAdmin eventarc.developer eventarc.eventReceiver eventarc.viewer
firebaseappcheck.viewer firebaserules.admin firebaserules.viewer iam.roleViewer iam.securityReviewer
iam.serviceAccountOpenIdTokenCreator iam.serviceAccountTokenCreator iam.serviceAccountUser
iam.serviceAccountViewer logging.configWriter logging.logWriter logging.viewer
monitoring.alertPolicyEditor monitoring.dashboardEditor monitoring.viewer ondemandscanning.admin
pubsub.editor pubsub.publisher pubsub.subscriber pubsub.viewer run.invoker run.viewer
secretmanager.secretAccessor secretmanager.viewer serviceusage.serviceUsageConsumer
storage.legacyBucketReader storage.objectUser storage.objectViewer telemetry.metricsWriter
telemetry.tracesWriter
"""
_PERMISSIONS = """
aiplatform.batchPredictionJobs.create aiplatform.batchPredictionJobs.get
aiplatform.batchPredictionJobs.list aiplatform.endpoints.deploy aiplatform.endpoints.get
aiplatform.endpoints.predict aiplatform.endpoints.undeploy aiplatform.endpoints.update
aiplatform.models.get aiplatform.models.list aiplatform.models.update aiplatform.models.upload
aiplatform.operations.list cloudmessaging.messages.create containeranalysis.notes.attachOccurrence
containeranalysis.notes.create containeranalysis.notes.get containeranalysis.occurrences.create
containeranalysis.occurrences.list containeranalysis.occurrences.update
datastore.backupSchedules.get datastore.backupSchedules.list datastore.databases.get
datastore.databases.getMetadata datastore.entities.create datastore.entities.delete
datastore.entities.get datastore.entities.list datastore.entities.update datastore.indexes.get
datastore.indexes.list iam.serviceAccounts.signBlob monitoring.timeSeries.list
"""


def check(plan: Plan) -> Iterator[Finding]:
    """All findings about the environment that has every option on."""
    given = {one.role for one in grants(plan) if not one.role.startswith("google_")}
    yield from same("iam.tf", "roles", {f"roles/{one}" for one in _ROLES.split()}, given)
    listed = {
        permission
        for role in plan.of("google_project_iam_custom_role")
        for permission in elements(role.get("permissions"))
    }
    yield from same("iam.tf", "permissions of custom roles", _PERMISSIONS.split(), listed)
