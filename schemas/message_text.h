/* message_text.h: all texts of a message, for rules that no text may slip past. Pure; threads: any. */
#ifndef HS_MESSAGE_TEXT_H
#define HS_MESSAGE_TEXT_H

/* name: of the field in notice.proto; text: where its pointer stands, "" for one that is not said. */
typedef void hs_text_visit(void *owner, const char *name, char *const *text);
/* Visits each text field of the message and of the messages in it, in the order of the fields; of a oneof only the one
 * that is set. Nothing of bytes fields. */
void hs_message_texts(const void *message, hs_text_visit *visit, void *owner);

#endif
