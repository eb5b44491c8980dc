runtime.o: adapters/runtime/runtime.c adapters/runtime/runtime.h \
 adapters/runtime/canary.h adapters/runtime/rules.h schemas/notice.h \
 build/gen/schemas/link.pb-c.h build/gen/schemas/notice.pb-c.h \
 hub/base/arena.h hub/base/buf.h hub/base/err.h \
 adapters/runtime/explain.h hub/base/config.h adapters/runtime/internal.h \
 hub/base/link.h hub/base/hash.h hub/base/proc.h hub/base/silence.h \
 schemas/active.h hub/base/check.h hub/base/clock.h hub/base/log.h
adapters/runtime/runtime.h:
adapters/runtime/canary.h:
adapters/runtime/rules.h:
schemas/notice.h:
build/gen/schemas/link.pb-c.h:
build/gen/schemas/notice.pb-c.h:
hub/base/arena.h:
hub/base/buf.h:
hub/base/err.h:
adapters/runtime/explain.h:
hub/base/config.h:
adapters/runtime/internal.h:
hub/base/link.h:
hub/base/hash.h:
hub/base/proc.h:
hub/base/silence.h:
schemas/active.h:
hub/base/check.h:
hub/base/clock.h:
hub/base/log.h:
