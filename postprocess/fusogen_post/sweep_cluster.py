# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files that let a cluster compute a sweep: an array of Slurm jobs, and a Snakefile.

Both start "fusogen-sweep SWEEP.toml --only RUN" for each run. It keeps what is done, goes on from
checkpoints, and notes failures in the folder of the sweep, so that jobs can be submitted again at any
time.
"""

import os
import shlex
import sys

HERE = os.path.dirname(os.path.realpath(__file__))

JOB_ARRAY = """\
#!/bin/bash
# All runs of a sweep as an array of jobs of Slurm. Look at the lines below, then: sbatch {script}
#SBATCH --job-name={name}
#SBATCH --array=1-{n}
#SBATCH --ntasks={mpi_processes}
#SBATCH --time=08:00:00
#SBATCH --signal=B:USR1@600      # ten minutes before the end: time for a checkpoint
#SBATCH --requeue
#SBATCH --output={log}/slurm_%a.txt
#SBATCH --open-mode=append
cd {cwd}

{command} --only "$SLURM_ARRAY_TASK_ID" &
sweep=$!
trap 'kill -USR1 $sweep' USR1 TERM
wait $sweep
status=$?
while kill -0 $sweep 2> /dev/null; do  # a signal ended the wait, not the run
  wait $sweep
  status=$?
done
# Status 3: stopped with a checkpoint, from which the same job goes on.
if [ $status -eq 3 ]; then
  scontrol requeue "${{SLURM_ARRAY_JOB_ID}}_$SLURM_ARRAY_TASK_ID"
fi
# The last job may gather, or do it by hand: {command} --gather
exit $status
"""

SNAKEFILE = """\
# All runs of a sweep for Snakemake 7. Here:        snakemake --snakefile {script} --cores 4
# Through Slurm: snakemake --snakefile {script} --slurm --jobs 50 --default-resources runtime=480 mem_mb=2000
# A run that fails is noted in log/ and listed in the end; it does not keep the others from running.
RUNS = {runs}

workdir: {cwd!r}

rule all:
    input: {summary!r}

rule gather:
    input: expand({finished!r}, run=RUNS)
    output: {summary!r}
    shell: {gather!r}

rule run:
    output: touch({finished!r})
    threads: {mpi_processes}
    resources: tasks={mpi_processes}
    retries: 3  # a run that was stopped goes on from its checkpoint
    shell: {only!r}
"""


def command_of(sweep, file):
    words = [sys.executable, os.path.join(os.path.dirname(HERE), "fusogen-sweep"), os.path.abspath(file),
             "--output", os.path.abspath(sweep.directory), "--program", os.path.abspath(sweep.program)]
    return shlex.join(words)


def write(path, text):
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text)
    return path


def write_job_array(sweep, file):
    """DIR/job_array.sh, for sbatch."""
    path = sweep.path("job_array.sh")
    return write(path, JOB_ARRAY.format(
        script=os.path.abspath(path), name=os.path.basename(os.path.abspath(sweep.directory)),
        n=len(sweep.file.runs), mpi_processes=sweep.file.mpi_processes,
        log=os.path.abspath(sweep.path("log")), cwd=shlex.quote(os.getcwd()),
        command=command_of(sweep, file)))


def write_snakefile(sweep, file):
    """DIR/Snakefile."""
    path = sweep.path("Snakefile")
    command = command_of(sweep, file).replace("{", "{{").replace("}", "}}")
    # 2: the run failed, or some did; this is noted, and the rest goes on
    tolerant = "status=0; {} || status=$?; [ $status -eq 0 ] || [ $status -eq 2 ]"
    here = os.path.abspath(sweep.directory)
    return write(path, SNAKEFILE.format(
        script=os.path.abspath(path), runs=[run.name for run in sweep.file.runs], cwd=here,
        mpi_processes=sweep.file.mpi_processes, summary="summary.csv", finished="log/{run}.finished",
        gather=tolerant.format(command + " --gather"),
        only=tolerant.format(command + " --only {wildcards.run}")))
