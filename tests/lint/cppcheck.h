/* cppcheck.h: what cppcheck must know of headers that it does not read. Without it cppcheck leaves out, and says
 * nothing of it, every file that includes the generated messages: they hold an #error for an old protobuf-c. */
#define PROTOBUF_C_VERSION_NUMBER	1004001
#define PROTOBUF_C_MIN_COMPILER_VERSION 1003000
#define PROTOBUF_C__BEGIN_DECLS
#define PROTOBUF_C__END_DECLS
#define PROTOBUF_C__FORCE_ENUM_TO_BE_INT_SIZE(name)

#define json_array_foreach(array, index, value)                                                   \
	for (index = 0;                                                                           \
		index < json_array_size(array) && (value = json_array_get(array, index)) != NULL; \
		index++)
#define json_object_foreach(object, key, value)                              \
	for (key = json_first(object, &value); key != NULL && value != NULL; \
		key = json_next(object, &value))

/* uthash.h and utlist.h, as far as what they give goes. */
#define HASH_ITER(hh, head, el, tmp)                                       \
	for (el = head, tmp = el != NULL ? el->hh.next : NULL; el != NULL; \
		el = tmp, tmp = tmp != NULL ? tmp->hh.next : NULL)
#define HASH_FIND(hh, head, key, len, out) out = hash_find(head, key, len)
#define HASH_FIND_STR(head, key, out)	   out = hash_find(head, key, 0)
#define DL_FOREACH2(head, el, next)	   for (el = head; el != NULL; el = el->next)
#define DL_FOREACH(head, el)		   DL_FOREACH2(head, el, next)
#define DL_FOREACH_SAFE(head, el, tmp)	   DL_FOREACH_SAFE2(head, el, tmp, next)
#define DL_FOREACH_SAFE2(head, el, tmp, next)                           \
	for (el = head, tmp = el != NULL ? el->next : NULL; el != NULL; \
		el = tmp, tmp = tmp != NULL ? tmp->next : NULL)
