/* submission.c: begin, end and hand-over of one submission. */
#include "hub/gate/submission.h"

#include "hub/base/media_type.h"
#include "hub/gate/xml_doc.h"

void
hs_submission_begin(struct hs_submission *submission, struct hs_arena *arena,
	const struct hs_gate_limits *limits)
{
	*submission = (struct hs_submission){ .arena = arena, .limits = limits };
	submission->content_type = HS_MEDIA_TYPE_XML;
	submission->envelope_status = "";
	submission->control_status = "";
	hs_findings_init(&submission->findings, arena, (size_t)limits->findings);
}

void
hs_submission_end(struct hs_submission *submission)
{
	hs_xml_free(submission->doc);
	submission->doc = NULL;
}

/* bytes of a message are never written through by the packer. */
static ProtobufCBinaryData
binary(const uint8_t *bytes, size_t len)
{
	return (ProtobufCBinaryData){ len, (uint8_t *)(uintptr_t)bytes };
}

hs_submit *
hs_submission_to_submit(struct hs_submission *submission, uint64_t request)
{
	hs_submit *submit = hs_message_new(submission->arena, &hansho__v1__submit__descriptor);

	if (!submit)
		return NULL;
	submit->request = request;
	submit->notice = submission->notice;
	submit->original = binary(submission->bytes, submission->len_bytes);
	submit->content_sha256 = binary(submission->content_sha256, HS_SHA256_BYTES);
	submit->principal = hs_arena_strdup(submission->arena, submission->principal->id);
	submit->warnings =
		hs_findings_to_pb(&submission->findings, submission->arena, &submit->n_warnings);
	return submit->principal ? submit : NULL;
}
