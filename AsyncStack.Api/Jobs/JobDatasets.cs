using AsyncStack.Api.Accepting;
using AsyncStack.Core.Datasets;

namespace AsyncStack.Api.Jobs;

/// <summary>Looks whether the datasets a job names are there and ready. A dataset that goes after this look fails the job, not the request.</summary>
internal sealed class JobDatasets(DatasetStore datasets)
{
    /// <summary>The answer that refuses the job: 404 or 409; null when all are ready.</summary>
    public async Task<IResult?> RefuseAsync(IReadOnlyList<DatasetReference> references, CancellationToken cancellationToken)
    {
        foreach (var (field, id) in references)
        {
            if (await datasets.FindAsync(id, cancellationToken) is not { } dataset)
            {
                return Results.Problem($"{field} is '{id}'; there is no such dataset.", statusCode: StatusCodes.Status404NotFound);
            }

            if (dataset.Status != DatasetStatus.Ready)
            {
                return Results.Problem(Explain(field, dataset), statusCode: StatusCodes.Status409Conflict);
            }
        }

        return null;
    }

    private static string Explain(string field, Dataset dataset) => dataset.Status == DatasetStatus.Failed
        ? $"{field} is '{dataset.Id}'; that dataset has failed and cannot be worked on: {dataset.ErrorMessage}"
        : $"{field} is '{dataset.Id}'; that dataset is {dataset.Status}, and a job takes one that is ready. Ask again when it is.";
}
