using AsyncStack.Worker.Consuming;

namespace AsyncStack.Worker.Scheduling;

/// <summary>Wakes the scheduler when a job was scheduled that may be due before its next look.</summary>
public sealed class SchedulerSignal : Signal;
