#include "inbox/place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>	/* last: it has a macro fail() */

/* f_type as statfs(2) gives it. NULL: accepted. */
static const struct {
	uint32_t type;
	const char *name;
} types[] = {
	{ 0x6969, "NFS" }, { 0x517b, "SMB" }, { 0xff534d42, "CIFS" }, { 0xfe534d42, "SMB2" }, { 0x01021997, "9p" },
	{ 0x65735546, "FUSE" }, { 0x0bd00bd0, "Lustre" }, { 0x00c36400, "Ceph" }, { 0x5346414f, "AFS" },
	{ 0x6b414653, "AFS" }, { 0x01161970, "GFS2" }, { 0x7461636f, "OCFS2" }, { 0x47504653, "GPFS" },
	{ 0x19830326, "BeeGFS" }, { 0x20030528, "OrangeFS" }, { 0xaad7aaea, "PanFS" }, { 0x61636673, "ACFS" },
	{ 0xbeefdead, "StorNext" }, { 0x564c, "NCP" }, { 0x73757245, "Coda" }, { 0x786f4256, "VirtualBox shared folder" },
	{ 0xbacbacbc, "VMware shared folder" }, { 0x7c7c6673, "Parallels shared folder" },
	{ 0xef53, NULL },	/* ext4 */
	{ 0x58465342, NULL },	/* XFS */
	{ 0x9123683e, NULL },	/* btrfs */
	{ 0x2fc12fc1, NULL },	/* ZFS */
	{ 0x01021994, NULL },	/* tmpfs */
	{ 0x794c7630, NULL },	/* overlay */
	{ 0xf2f52010, NULL },	/* F2FS */
	{ 0x12345678, NULL },	/* unknown */
};

static void network_file_systems_are_refused_and_local_ones_are_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		const char *name = place_refused(types[i].type);

		if (types[i].name && (!name || strcmp(name, types[i].name)))
			fail_msg("%08x: %s", types[i].type, name ? name : "accepted");
		if (!types[i].name && name)
			fail_msg("%08x: refused as %s", types[i].type, name);
	}
}

static void a_folder_is_needed_and_only_its_owner_may_write_there(void **state)
{
	char dir[] = "/tmp/test_place_XXXXXX", path[64];
	struct err e;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/inbox.db", dir);
	assert_true(place_ok(path, true, &e));
	chmod(dir, 01777);	/* as /tmp: anybody may put a link where the file will be made */
	assert_false(place_ok(path, true, &e));
	assert_true(place_ok(path, false, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	rmdir(dir);
	assert_false(place_ok(path, true, &e));
	assert_int_equal(e.code, ERR_STORE);
	assert_non_null(strstr(e.text, dir));
	assert_false(place_ok("/proc/version/inbox.db", false, &e));
	assert_int_equal(e.code, ERR_STORE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(network_file_systems_are_refused_and_local_ones_are_not),
		cmocka_unit_test(a_folder_is_needed_and_only_its_owner_may_write_there),
	};

	return cmocka_run_group_tests_name("place", tests, NULL, NULL);
}
