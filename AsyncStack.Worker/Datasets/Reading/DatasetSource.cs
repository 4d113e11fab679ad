using AsyncStack.Core.Datasets;
using AsyncStack.Core.Storage;

namespace AsyncStack.Worker.Datasets.Reading;

/// <summary>Where a dataset's bytes are. It may be opened many times; each opening is one pass over the file.</summary>
internal sealed record DatasetSource(IObjectStorage Storage, ObjectUri Uri, DatasetFormat Format);
