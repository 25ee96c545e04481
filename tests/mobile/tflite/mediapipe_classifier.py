"""Classifies a picture by MediaPipe Tasks, file by file, and prints what it answers as JSON."""

import json
import sys

import mediapipe as mp
from mediapipe.tasks import python
from mediapipe.tasks.python import vision

picture, *models = sys.argv[1:]
image = mp.Image.create_from_file(picture)
answers = []
for model in models:
    options = vision.ImageClassifierOptions(base_options=python.BaseOptions(model_asset_path=model), max_results=-1)
    with vision.ImageClassifier.create_from_options(options) as classifier:
        found = classifier.classify(image).classifications[0].categories
        answers.append([[each.index, each.category_name, each.score] for each in found])
print(json.dumps(answers))
