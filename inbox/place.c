#include "inbox/place.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

/* Numbers as in statfs(2), linux/magic.h and the file systems' own sources. All of FUSE is refused: sshfs, s3fs and
 * glusterfs cannot be told from a harmless one by statfs, and virtiofs gives the same number. */
static const struct {
	uint32_t type;
	const char *name;
} refused[] = {
	{ 0x00006969, "NFS" },
	{ 0x0000517b, "SMB" },
	{ 0xff534d42, "CIFS" },
	{ 0xfe534d42, "SMB2" },
	{ 0x01021997, "9p" },
	{ 0x65735546, "FUSE" },
	{ 0x0bd00bd0, "Lustre" },
	{ 0x00c36400, "Ceph" },
	{ 0x5346414f, "AFS" },		/* OpenAFS and the kernel's */
	{ 0x6b414653, "AFS" },		/* kAFS before Linux 4.15 */
	{ 0x01161970, "GFS2" },
	{ 0x7461636f, "OCFS2" },
	{ 0x47504653, "GPFS" },
	{ 0x19830326, "BeeGFS" },
	{ 0x20030528, "OrangeFS" },
	{ 0xaad7aaea, "PanFS" },
	{ 0x61636673, "ACFS" },
	{ 0xbeefdead, "StorNext" },
	{ 0x0000564c, "NCP" },
	{ 0x73757245, "Coda" },
	{ 0x786f4256, "VirtualBox shared folder" },
	{ 0xbacbacbc, "VMware shared folder" },
	{ 0x7c7c6673, "Parallels shared folder" },
};

const char *place_refused(uint32_t type)
{
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		if (refused[i].type == type)
			return refused[i].name;
	return NULL;
}

bool place_ok(const char *path, bool strict, struct err *e)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/'), *name;
	size_t len = slash ? (size_t)(slash - path) : 0;
	struct statfs fs;
	struct stat st;

	if (len >= sizeof folder)
		return fail(e, ERR_CONFIG, "inbox: the path is longer than %d bytes", PATH_MAX);
	memcpy(folder, path, len);
	folder[len] = '\0';
	if (!len)
		strcpy(folder, slash ? "/" : ".");

	if (stat(folder, &st) || statfs(folder, &fs))
		return fail(e, ERR_STORE, "inbox: folder %s: %s; make it, owned by the gate's user", folder, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return fail(e, ERR_STORE, "inbox: %s is not a folder", folder);
	if (strict && st.st_mode & S_IWOTH)
		return fail(e, ERR_CONFIG, "inbox: anybody may write in the folder %s; chmod o-w it or choose another", folder);
	name = place_refused((uint32_t)fs.f_type);
	/* The file may be a mount of its own (containers do that). */
	if (!name && statfs(path, &fs) == 0)
		name = place_refused((uint32_t)fs.f_type);
	if (name)
		return fail(e, ERR_CONFIG, "inbox: %s is on %s, where locks and shared memory are not reliable; "
			    "choose a folder on a local disk", folder, name);
	return true;
}
