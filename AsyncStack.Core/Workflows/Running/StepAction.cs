namespace AsyncStack.Core.Workflows.Running;

/// <summary>What a run wants done next.</summary>
public abstract record StepAction(int Place)
{
    /// <summary>Fill in the step's list and tell how many items it has.</summary>
    public sealed record Count(int Place) : StepAction(Place);

    /// <summary>Start the jobs of these items.</summary>
    public sealed record Start(int Place, int First, int Items) : StepAction(Place);
}
