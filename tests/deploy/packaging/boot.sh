#!/bin/sh
# Starts systemd as process 1 of namespaces of its own, with a folder as its root and a network where nothing else is. It
# ends when this process is killed, and leaves nothing behind but the group NAME of control groups.
# usage: boot.sh ROOT NAME
set -eu
root=$1
groups=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)
[ -n "$groups" ] || { echo 'no cgroup2 is mounted' >&2; exit 1; }
mkdir "$groups/$2"
echo $$ >"$groups/$2/cgroup.procs"
# shellcheck disable=SC2016  # the inner shell expands it
exec unshare --mount --pid --fork --uts --ipc --net --cgroup --kill-child sh -euc '
root=$1
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 none "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 none "$root/dev"
for node in null zero full random urandom tty; do
  touch "$root/dev/$node"
  mount --bind "/dev/$node" "$root/dev/$node"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666 none "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
for folder in dev/shm tmp run; do mount -t tmpfs -o mode=755 none "$root/$folder"; done
cd "$root"
mkdir run/old
pivot_root . run/old
umount -l run/old
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=null --unit=basic.target
' sh "$root"
