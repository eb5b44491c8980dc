signage.o: adapters/signage/signage.c adapters/signage/signage.h \
 adapters/runtime/runtime.h adapters/runtime/canary.h \
 adapters/runtime/rules.h schemas/notice.h build/gen/schemas/link.pb-c.h \
 build/gen/schemas/notice.pb-c.h hub/base/arena.h hub/base/buf.h \
 hub/base/err.h adapters/runtime/explain.h hub/base/config.h \
 adapters/signage/signage_encode.h adapters/runtime/inforce.h \
 schemas/active.h hub/base/hash.h schemas/tables.h \
 adapters/signage/cancel.h adapters/signage/players.h hub/base/frame.h \
 adapters/signage/screen.h adapters/signage/signage_canary.h \
 hub/base/check.h hub/base/clock.h hub/base/log.h
adapters/signage/signage.h:
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
adapters/signage/signage_encode.h:
adapters/runtime/inforce.h:
schemas/active.h:
hub/base/hash.h:
schemas/tables.h:
adapters/signage/cancel.h:
adapters/signage/players.h:
hub/base/frame.h:
adapters/signage/screen.h:
adapters/signage/signage_canary.h:
hub/base/check.h:
hub/base/clock.h:
hub/base/log.h:
